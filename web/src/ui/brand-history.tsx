/** What was published, newest first: who, when, and a way back. Knows no server. */
import type { BrandVersion } from '../../../contract/brand-versions.ts';
import { Badge } from './badge.tsx';
import { Button } from './button.tsx';
import { Moment } from './moment.tsx';

interface BrandHistoryProps {
  versions: readonly BrandVersion[];
  current: number;
  onRestore: (version: BrandVersion) => void;
}

export function BrandHistory({ versions, current, onRestore }: BrandHistoryProps) {
  return (
    <ul className="divide-y divide-line border-y border-line">
      {versions.map((version) => (
        <li key={version.number} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3">
          <div className="min-w-0">
            <p className="flex flex-wrap items-center gap-2 font-medium">
              Version {version.number}
              {version.number === current && <Badge tone="brand">Published</Badge>}
              {version.restoredFrom !== null && <Badge>Restored from {version.restoredFrom}</Badge>}
            </p>
            <p className="text-sm text-muted">
              {version.publishedBy?.name ?? 'Set up by the operator'} · <Moment at={version.publishedAt} />
              {version.note !== null && ` · ${version.note}`}
            </p>
          </div>
          {version.number !== current && (
            <Button
              size="sm"
              aria-label={`Restore version ${version.number}`}
              onClick={() => onRestore(version)}
            >
              Restore
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
