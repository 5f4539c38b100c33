/** What goes wrong with a call of the stand-ins of Cloudflare's and Supabase's APIs, on request: the same for both. */

/** `answer-lost`: done, and the connection is cut. `hanging`: not done, and cut much later or never. All others: not done. */
export type ApiFault = 'refused' | 'rate-limited' | 'failing' | 'bad-gateway' | 'hanging' | 'answer-lost';
