/** One structured line per event that an operator should know of. No secrets, no tokens, no query strings. */

export type TenantEvent =
  | 'data_refused'
  | 'job_done'
  | 'mail_queue_failed'
  | 'mail_refused'
  | 'mail_unwritable'
  | 'oauth_client_tested'
  | 'rate_limit_failed'
  | 'request_failed'
  | 'request_refused'
  | 'secret_unreadable'
  | 'signed_in'
  | 'social_card_failed';

type Fields = Readonly<Record<string, string | number | boolean | null>>;

export function logEvent(event: TenantEvent, fields: Fields): void {
  console.log(JSON.stringify({ time: new Date().toISOString(), event, ...fields }));
}
