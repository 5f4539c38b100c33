/** What the API refused, in words, with a way to try again. For the parts of the branding page. */

import { wordingForError } from '../api/administration-wording.ts';
import type { ApiError } from '../api/api-error.ts';
import { ErrorNote } from '../ui/error-note.tsx';

interface RefusedProps {
  error: ApiError;
  retrying: boolean;
  onRetry: () => void;
}

export function Refused({ error, retrying, onRetry }: RefusedProps) {
  return (
    <ErrorNote
      {...wordingForError(error)}
      requestId={error.requestId}
      retrying={retrying}
      onRetry={onRetry}
    />
  );
}
