/** The error face of a section: what happened, what to do, a retry, and the request id to copy. */
import { RotateCw } from 'lucide-react';
import { Alert } from './alert.tsx';
import { Button } from './button.tsx';
import { RequestId } from './request-id.tsx';

interface ErrorNoteProps {
  title: string;
  next: string;
  tone: 'info' | 'warning' | 'danger';
  requestId: string | null;
  retrying?: boolean;
  onRetry?: () => void;
}

export function ErrorNote({ title, next, tone, requestId, retrying = false, onRetry }: ErrorNoteProps) {
  return (
    <Alert
      tone={tone}
      title={title}
      action={
        onRetry && (
          <Button
            size="sm"
            busy={retrying}
            icon={<RotateCw aria-hidden size={14} strokeWidth={1.75} />}
            onClick={onRetry}
          >
            Try again
          </Button>
        )
      }
    >
      <p>{next}</p>
      {requestId !== null && (
        <div className="mt-1.5">
          <RequestId id={requestId} />
        </div>
      )}
    </Alert>
  );
}
