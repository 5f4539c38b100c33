/** What stands while the first answer is on its way: the frame for members, nothing for visitors. Late, never early. */
import { boot } from '../api/boot.ts';
import { wasSignedIn } from '../api/session.ts';
import { BrandSign } from '../ui/brand-mark.tsx';
import { Loading, Skeleton } from '../ui/skeleton.tsx';

export function FirstPaint() {
  if (!wasSignedIn() || location.pathname === '/sign-in') return null;
  return (
    <Loading label="Loading">
      <div className="min-h-dvh lg:grid lg:grid-cols-[15.5rem_minmax(0,1fr)]">
        <div className="hidden border-e border-line px-3 py-4 lg:block">
          <div className="flex min-w-0 items-center gap-2.5 px-2 py-1.5">
            <BrandSign brand={boot.brand} />
          </div>
        </div>
        <div className="flex h-14 items-center justify-center border-b border-line font-semibold lg:hidden">
          <span className="truncate px-16">{boot.brand.name}</span>
        </div>
        <div className="mx-auto w-full max-w-[70rem] px-4 pt-8 sm:px-6 lg:px-10 lg:pt-12">
          <Skeleton className="h-8 w-64" />
          <Skeleton className="mt-3 h-4 w-44" />
        </div>
      </div>
    </Loading>
  );
}
