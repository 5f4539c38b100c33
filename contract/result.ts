/** The answer of every parse and verify function: an expected refusal is a value, never a throw. */
export type Result<Value, Reason extends string = string> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: Reason };

export function ok<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}

export function refuse<Reason extends string>(error: Reason): { readonly ok: false; readonly error: Reason } {
  return { ok: false, error };
}
