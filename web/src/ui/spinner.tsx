/** A turning ring for a button that is at work. Silent: the button says aria-busy. */
export function Spinner() {
  return (
    <span
      aria-hidden
      className="size-4 shrink-0 animate-spin rounded-full border-2 border-current border-e-transparent opacity-80"
    />
  );
}
