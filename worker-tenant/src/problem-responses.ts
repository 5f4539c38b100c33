/** The error answers of routes in the API's description. Used by every route. */
import { PROBLEM_CONTENT_TYPE, problemSchema } from '../../contract/errors.ts';

const problem = (description: string) => ({
  description,
  content: { [PROBLEM_CONTENT_TYPE]: { schema: problemSchema } },
});

export const PROBLEMS = {
  signInRefused: { 400: problem('Cancelled, expired, or not what the provider or this portal sent out.') },
  unauthorized: { 401: problem('Nobody is signed in, or the session has ended.') },
  crossSite: { 403: problem('The request came from another site.') },
  denied: { 403: problem('The member is not allowed to do this, or the request came from another site.') },
  notAdmitted: {
    403: problem('Another browser, no verified email, no invitation, or an account that is paused.'),
  },
  conflict: {
    409: problem('It changed in the meantime, or what is there now does not allow it; nothing was written.'),
  },
  notFound: { 404: problem('There is nothing here.') },
  taken: { 409: problem('The account belongs to another member.') },
  untested: { 409: problem('The client has not been tested since its id or secret was saved.') },
  invitedAlready: { 409: problem('The address belongs to a member, or has an open invitation.') },
  tooLarge: { 413: problem('The request is too large.') },
  pictureTooLarge: { 413: problem('More than 2 MB, 4 megapixels, or 4,096 pixels along an edge.') },
  pictureTypeUnsupported: {
    415: problem('By its content none of PNG, JPEG, WebP and ICO, or an animated WebP.'),
  },
  pictureUnreadable: { 422: problem('Damaged, cut off, or not what its header says.') },
  noRoom: { 409: problem('All pictures that are kept are in use.') },
  invalid: { 422: problem('The request is not valid.') },
  tooMany: { 429: problem('Too many attempts to sign in.') },
  tooManyInvitations: { 429: problem('Too many invitations, to this address or in all.') },
  provider: { 502: problem('The provider does not answer, or its client is not set up correctly.') },
  unavailable: { 503: problem('The data cannot be reached right now.') },
} as const;
