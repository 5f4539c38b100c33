/** What was published, as a timeline, newest first: how it looked, who, when and why, what changed, and a way back. */
import { ChevronDown } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import type { BrandVersionListed } from '../../../contract/brand-versions.ts';
import { Badge } from './badge.tsx';
import { BrandThumbnail } from './brand-thumbnail.tsx';
import { Button } from './button.tsx';
import { Moment } from './moment.tsx';

interface BrandHistoryProps {
  tenantName: string;
  versions: readonly BrandVersionListed[];
  current: number;
  /** What a version changed; asked for when it is opened. */
  children: (version: BrandVersionListed) => ReactNode;
  onRestore: (version: BrandVersionListed) => void;
}

export function BrandHistory({ versions, ...rest }: BrandHistoryProps) {
  return (
    <ol className="flex flex-col">
      {versions.map((version) => (
        <Entry key={version.number} version={version} {...rest} />
      ))}
    </ol>
  );
}

interface EntryProps extends Omit<BrandHistoryProps, 'versions'> {
  version: BrandVersionListed;
}

function Entry({ tenantName, version, current, children, onRestore }: EntryProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const published = version.number === current;
  return (
    <li className="group relative grid grid-cols-[0.75rem_minmax(0,1fr)] gap-x-4 pb-6 last:pb-0">
      <span aria-hidden className="relative flex justify-center">
        <span className="absolute inset-y-0 top-3 -bottom-9 w-px bg-line group-last:hidden" />
        <span
          className={`relative mt-2 size-3 rounded-full border-2 ${published ? 'border-primary-edge bg-primary' : 'border-line-strong bg-page'}`}
        />
      </span>
      <div className="flex min-w-0 flex-col gap-3">
        <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
          <BrandThumbnail look={version.look} logo={version.logo} tenantName={tenantName} />
          <div className="min-w-0 flex-1 basis-40">
            <h3 className="flex flex-wrap items-center gap-2 font-medium">
              Version {version.number}
              {published && <Badge tone="brand">Published</Badge>}
              {version.restoredFrom !== null && <Badge>Restored from {version.restoredFrom}</Badge>}
            </h3>
            <p className="text-sm text-muted">
              {version.publishedBy?.name ?? 'Set up by the operator'} · <Moment at={version.publishedAt} />
            </p>
            {version.note !== null && <p className="mt-1 max-w-[60ch] break-words">{version.note}</p>}
          </div>
          <div className="flex flex-wrap gap-2 max-sm:-ms-3">
            <Button
              variant="ghost"
              size="sm"
              aria-expanded={open}
              aria-controls={`${id}-changes`}
              aria-label={`What changed in version ${version.number}`}
              onClick={() => setOpen(!open)}
            >
              What changed
              <ChevronDown
                aria-hidden
                size={14}
                strokeWidth={1.75}
                className={`transition-transform ${open ? 'rotate-180' : ''}`}
              />
            </Button>
            {!published && (
              <Button
                size="sm"
                aria-label={`Restore version ${version.number}`}
                onClick={() => onRestore(version)}
              >
                Restore
              </Button>
            )}
          </div>
        </div>
        <div id={`${id}-changes`} hidden={!open} className="rounded-md bg-sunken px-4 py-3">
          {open && children(version)}
        </div>
      </div>
    </li>
  );
}
