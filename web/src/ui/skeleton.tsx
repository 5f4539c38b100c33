/** A grey stand-in with the size of what comes. Shown only when that takes longer than 150 ms. */
interface SkeletonProps {
  /** Tailwind size classes: `h-4 w-32`. */
  className: string;
}

export function Skeleton({ className }: SkeletonProps) {
  return <span aria-hidden className={`block max-w-full animate-pulse rounded-xs bg-well ${className}`} />;
}

/** Holds skeletons back for 150 ms and says once, in words, that something is loading. */
export function Loading({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div role="status" className="animate-appear-late">
      <span className="sr-only">{label}</span>
      {children}
    </div>
  );
}
