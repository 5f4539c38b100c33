/** Addresses as deploy.config.json takes them: https, or plain http to this machine, for rehearsals. */
import { z } from 'zod';

/** Kept as it is written: an issuer is compared letter by letter. */
export const endpointSchema = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .refine(
    (text) => text.startsWith('https://') || /^http:\/\/127\.0\.0\.1[:/]/.test(`${text}/`),
    'has to begin with https://',
  );

/** What paths are put behind: without a slash at its end. */
export const addressSchema = endpointSchema.transform((text) => text.replace(/\/+$/, ''));
