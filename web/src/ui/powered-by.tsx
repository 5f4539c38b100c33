/** Who the portal runs on, where its plan says so. Out of reach of a partner's own CSS. */
import type { Boot } from '../../../contract/boot.ts';

export function PoweredBy({ by, className }: { by: Boot['poweredBy']; className: string }) {
  return (
    by && (
      <footer data-plain className={className}>
        <span className="text-xs text-muted">
          Powered by{' '}
          <a className="text-link" href={by.url} rel="noopener">
            {by.name}
          </a>
        </span>
      </footer>
    )
  );
}
