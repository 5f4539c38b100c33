/** The brand's mark: its monogram on its colour, with its corners. Decoration; the name stands beside it in words. */
interface BrandMarkProps {
  monogram: string;
  /** Edge length in pixels. */
  size?: number;
}

export function BrandMark({ monogram, size = 28 }: BrandMarkProps) {
  const letters = [...monogram].length;
  return (
    <span
      aria-hidden
      className="inline-flex shrink-0 items-center justify-center bg-primary font-semibold tracking-tight text-on-primary select-none"
      style={{
        width: size,
        height: size,
        borderRadius: `min(var(--brand-radius), ${Math.round(size * 0.32)}px)`,
        fontSize: Math.round(size * (letters > 1 ? 0.42 : 0.5)),
        lineHeight: 1,
      }}
    >
      {monogram}
    </span>
  );
}
