/** Database errors as PostgREST answers them (its `pgErrorStatus`). Called by data-api.ts. */

interface DatabaseError {
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
}

export function isDatabaseError(error: unknown): error is DatabaseError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^[0-9A-Z]{5}$/.test(error.code)
  );
}

/** The answer to a database error. `anonymous` says that the request came without a token: 401 instead of 403. */
export function answerDatabaseError(error: DatabaseError, anonymous: boolean): Response {
  const status = statusOf(error, anonymous);
  return Response.json(
    { code: error.code, details: error.detail ?? null, hint: error.hint ?? null, message: error.message },
    { status, ...(status === 401 ? { headers: { 'WWW-Authenticate': 'Bearer' } } : {}) },
  );
}

function statusOf({ code, message }: DatabaseError, anonymous: boolean): number {
  const custom = /^PT(\d{3})$/.exec(code)?.[1];
  if (custom !== undefined) return Number(custom) >= 200 && Number(custom) <= 599 ? Number(custom) : 500;
  switch (code) {
    case '23503':
    case '23505':
      return 409;
    case '25006':
      return 405;
    case '21000':
      return message.endsWith('requires a WHERE clause') ? 400 : 500;
    case '22023':
      return /^role ".*" does not exist$/.test(message) ? 401 : 400;
    case '42883':
    case '42P01':
      return 404;
    case '42P17':
      return 500;
    case '42501':
      return anonymous ? 401 : 403;
    case '57P01':
      return 503;
    case 'P0001':
      return 400;
  }
  switch (code.slice(0, 2)) {
    case '08':
    case '53':
      return 503;
    case '0L':
    case '0P':
    case '28':
      return 403;
    case '09':
    case '25':
    case '2D':
    case '38':
    case '39':
    case '3B':
    case '40':
    case '54':
    case '55':
    case '57':
    case '58':
    case 'F0':
    case 'HV':
    case 'P0':
    case 'PT':
    case 'XX':
      return 500;
    default:
      return 400;
  }
}
