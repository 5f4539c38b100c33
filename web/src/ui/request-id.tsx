/** The id under which the server logged a failure, to be quoted to support. */
import { CopyButton } from './copy-button.tsx';

export function RequestId({ id }: { id: string }) {
  return (
    <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-xs">
      <span>Request id</span>
      <code className="font-mono break-all select-all">{id}</code>
      <CopyButton value={id} what="request id" />
    </p>
  );
}
