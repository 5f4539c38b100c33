/**
 * Uploads a picture for a slot of the brand, with progress; refusals come back in words. The branding page hands it to
 * the form. By XMLHttpRequest, since fetch does not tell how much has been sent.
 */
import { type BrandImage, brandImageSchema, type ImageSlot } from '../../../contract/branding.ts';
import { ApiError, type ApiErrorCode, toApiError } from './api-error.ts';
import { type Wording, wordingForError, wordsOf } from './error-wording.ts';

export interface UploadOptions {
  /** From 0 to 1. */
  readonly onProgress: (share: number) => void;
  readonly signal: AbortSignal;
}
/** Null when it was cancelled. */
export type Uploaded = { readonly image: BrandImage } | { readonly refused: Wording } | null;

const WORDS: Partial<Record<ApiErrorCode, Wording>> = {
  image_too_large: {
    title: 'This picture is too large',
    next: 'Up to 2 MB, 4 megapixels and 4,096 pixels along an edge are taken. Export it smaller, then try again.',
    tone: 'warning',
  },
  image_type_unsupported: {
    title: 'This kind of file is not taken',
    next: 'Choose a PNG, JPEG, WebP or ICO that does not move. Export an SVG as a PNG first.',
    tone: 'warning',
  },
  image_unreadable: {
    title: 'This picture cannot be read',
    next: 'The file may be damaged or cut off. Export it once more, then try again.',
    tone: 'warning',
  },
  too_many_images: {
    title: 'There is no room for another picture',
    next: 'All 200 pictures that are kept are in use by the draft or the history.',
    tone: 'warning',
  },
};

export async function uploadBrandImage(
  slot: ImageSlot,
  file: Blob,
  { onProgress, signal }: UploadOptions,
): Promise<Uploaded> {
  try {
    const response = await put(`/api/branding/assets/${slot}`, file, onProgress, signal);
    if (!response.ok) throw await toApiError(response);
    const image = brandImageSchema.safeParse(await response.json());
    if (!image.success) throw new ApiError('unexpected', response.status, null, null, { cause: image.error });
    return { image: image.data };
  } catch (error) {
    if (signal.aborted) return null;
    if (!(error instanceof ApiError)) throw error;
    return { refused: wordsOf(error.code, WORDS) ?? wordingForError(error) };
  }
}

function put(
  path: string,
  file: Blob,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', path);
    request.setRequestHeader('accept', 'application/json');
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      const headers = new Headers();
      for (const name of ['content-type', 'x-request-id', 'retry-after']) {
        const value = request.getResponseHeader(name);
        if (value !== null) headers.set(name, value);
      }
      resolve(new Response(request.responseText, { status: request.status, headers }));
    };
    request.onerror = () => reject(new ApiError('network', 0, null));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}
