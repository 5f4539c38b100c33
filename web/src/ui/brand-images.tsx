/**
 * The pictures of a brand: one place for each, where a file is dropped or chosen, uploaded with its progress in sight,
 * shown on light and dark ground, replaced and taken out. Knows no server: the page hands it the upload.
 */
import { ImagePlus } from 'lucide-react';
import { type DragEvent, useEffect, useId, useRef, useState } from 'react';
import {
  type Brand,
  type BrandConfig,
  type BrandImage,
  IMAGE_SLOTS,
  type ImageSlot,
} from '../../../contract/branding.ts';
import { logoSize } from '../../../contract/logo-size.ts';
import { schemeColors } from '../../../contract/theme.ts';
import { Button } from './button.tsx';
import { announce } from './live-region.tsx';
import { Section } from './section.tsx';

const SLOTS: Record<ImageSlot, { readonly name: string; readonly hint: string; readonly size: number }> = {
  logo: {
    name: 'Logo',
    hint: 'In place of the monogram and the name. Wide ones work best, on transparent ground.',
    size: 32,
  },
  logoDark: {
    name: 'Logo in the dark',
    hint: 'Without it the logo stands on light ground in the dark palette. Shown beside a logo only.',
    size: 32,
  },
  favicon: { name: 'Favicon', hint: 'The icon of the browser’s tab. Square, 64 pixels or more.', size: 32 },
  faviconDark: {
    name: 'Favicon in the dark',
    hint: 'For dark tabs, beside a favicon. Without it that one is shown there as well.',
    size: 32,
  },
  appIcon: {
    name: 'App icon',
    hint: 'For home screens. Square, 512 pixels or more, without transparency.',
    size: 44,
  },
};
const MAX_BYTES = 2 * 1024 * 1024;
const ACCEPT = 'image/png,image/jpeg,image/webp,image/x-icon,image/vnd.microsoft.icon,.ico';

interface Words {
  readonly title: string;
  readonly next: string;
}
const TOO_LARGE: Words = {
  title: 'This file is larger than 2 MB',
  next: 'Export it smaller, then try again.',
};

export type UploadImage = (
  slot: ImageSlot,
  file: Blob,
  options: { readonly onProgress: (share: number) => void; readonly signal: AbortSignal },
) => Promise<{ readonly image: BrandImage } | { readonly refused: Words } | null>;

/** Where an uploaded picture is seen by its admins, published or not. */
export function draftImageAddress(slot: string, hash: string): string {
  return `/api/branding/assets/${slot}/${hash}`;
}

interface BrandImagesProps {
  config: BrandConfig;
  /** For the grounds that the pictures are shown on. */
  brand: Brand;
  upload: UploadImage;
  onChange: (config: BrandConfig) => void;
}

export function BrandImagesSection({ config, brand, upload, onChange }: BrandImagesProps) {
  // An upload ends later than it began: what was typed meanwhile is kept.
  const latest = useRef(config);
  latest.current = config;
  function set(slot: ImageSlot, image: BrandImage | undefined) {
    const { images = {}, ...rest } = latest.current;
    const { [slot]: _dropped, ...others } = images;
    const next = image === undefined ? others : { ...others, [slot]: image };
    onChange(Object.keys(next).length === 0 ? rest : { ...rest, images: next });
  }
  return (
    <Section
      title="Images"
      description="PNG, JPEG, WebP or ICO, up to 2 MB. They are made smaller where they need not be that large, and lose what their files say about how they were made."
    >
      <ul className="flex flex-col divide-y divide-line rounded-md border border-line">
        {IMAGE_SLOTS.map((slot) => (
          <Slot
            key={slot}
            slot={slot}
            image={config.images?.[slot]}
            brand={brand}
            upload={upload}
            onChange={(image) => set(slot, image)}
          />
        ))}
      </ul>
    </Section>
  );
}

interface SlotProps {
  slot: ImageSlot;
  image: BrandImage | undefined;
  brand: Brand;
  upload: UploadImage;
  onChange: (image: BrandImage | undefined) => void;
}

function Slot({ slot, image, brand, upload, onChange }: SlotProps) {
  const { name, hint } = SLOTS[slot];
  const [nameId, hintId] = [useId(), useId()];
  const input = useRef<HTMLInputElement>(null);
  const running = useRef<AbortController>(null);
  const [progress, setProgress] = useState<number | null>(null);
  const [refused, setRefused] = useState<Words | null>(null);
  const [removed, setRemoved] = useState<BrandImage | null>(null);
  const [over, setOver] = useState(false);
  useEffect(() => () => running.current?.abort(), []);

  async function take(file: File | undefined) {
    if (file === undefined || running.current !== null) return;
    setRefused(null);
    setRemoved(null);
    // A quick answer; the server decides.
    if (file.size > MAX_BYTES) return setRefused(TOO_LARGE);
    const controller = new AbortController();
    running.current = controller;
    setProgress(0);
    const answer = await upload(slot, file, { onProgress: setProgress, signal: controller.signal });
    running.current = null;
    setProgress(null);
    if (answer === null) return announce(`${name}: cancelled`);
    if ('refused' in answer) return setRefused(answer.refused);
    onChange(answer.image);
    announce(`${name}: uploaded`);
  }
  function remove() {
    setRemoved(image ?? null);
    onChange(undefined);
    announce(`${name}: removed`);
  }
  const drag = (event: DragEvent) => {
    event.preventDefault();
    setOver(event.type === 'dragover');
  };
  return (
    <li
      aria-labelledby={nameId}
      className={`flex flex-wrap items-start gap-x-5 gap-y-3 p-4 transition-colors ${over ? 'bg-primary-soft' : ''}`}
      onDragOver={drag}
      onDragLeave={drag}
      onDrop={(event) => {
        drag(event);
        void take(event.dataTransfer.files[0]);
      }}
    >
      <Grounds slot={slot} image={image} brand={brand} />
      <div className="flex min-w-52 flex-1 flex-col gap-2">
        <div>
          <h3 id={nameId} className="font-medium">
            {name}
          </h3>
          <p id={hintId} className="text-sm text-muted">
            {hint}
            {image !== undefined && ` ${image.width}\u00a0×\u00a0${image.height}\u00a0pixels.`}
          </p>
        </div>
        <input
          ref={input}
          type="file"
          accept={ACCEPT}
          tabIndex={-1}
          aria-label={`File for ${name}`}
          className="hidden"
          onChange={({ target }) => {
            void take(target.files?.[0]);
            // The same file again is a change, too.
            target.value = '';
          }}
        />
        {progress !== null ? (
          <Progress name={name} share={progress} onCancel={() => running.current?.abort()} />
        ) : (
          <div className="flex flex-wrap items-center gap-2">
            <Button
              size="sm"
              aria-label={`${image === undefined ? 'Upload' : 'Replace'} ${name}`}
              aria-describedby={hintId}
              onClick={() => input.current?.click()}
            >
              {image === undefined ? 'Upload' : 'Replace'}
            </Button>
            {image !== undefined && (
              <Button size="sm" variant="ghost" aria-label={`Remove ${name}`} onClick={remove}>
                Remove
              </Button>
            )}
            {image === undefined && removed !== null && (
              <Button
                size="sm"
                variant="ghost"
                aria-label={`Undo removing ${name}`}
                onClick={() => {
                  onChange(removed);
                  setRemoved(null);
                  announce(`${name}: back again`);
                }}
              >
                Undo
              </Button>
            )}
            {image === undefined && removed === null && (
              <span className="text-sm text-muted coarse:hidden">or drop a file here</span>
            )}
          </div>
        )}
        <div role="alert" className="empty:hidden">
          {refused !== null && (
            <p className="rounded-xs bg-danger-soft px-2 py-1 text-sm text-danger">
              <span className="font-medium">{refused.title}.</span> {refused.next}
            </p>
          )}
        </div>
      </div>
    </li>
  );
}

/** The picture in both palettes; an empty frame where there is none. */
function Grounds({ slot, image, brand }: Pick<SlotProps, 'slot' | 'image' | 'brand'>) {
  const { name, size } = SLOTS[slot];
  return (
    <div className="flex w-full gap-2 sm:w-52">
      {(['light', 'dark'] as const).map((scheme) => {
        const { surface, text, 'text-muted': muted } = schemeColors(brand.colors[scheme], scheme);
        // As `BrandSign` does where there is no dark one.
        const grounded = slot === 'logo' && scheme === 'dark';
        return (
          <div
            key={scheme}
            className="flex h-20 min-w-0 flex-1 items-center justify-center rounded-sm border border-line p-3"
            style={{ background: surface, color: muted }}
          >
            {image === undefined ? (
              <ImagePlus aria-hidden size={20} strokeWidth={1.5} />
            ) : (
              <img
                src={draftImageAddress(slot, image.hash)}
                alt={`${name}, on ${scheme} ground`}
                {...logoSize(image, size)}
                className={`logo ${grounded ? 'box-content rounded-xs px-1.5 py-1' : ''}`}
                style={grounded ? { background: text } : undefined}
              />
            )}
          </div>
        );
      })}
    </div>
  );
}

function Progress({ name, share, onCancel }: { name: string; share: number; onCancel: () => void }) {
  const percent = Math.round(share * 100);
  return (
    <div className="flex items-center gap-3">
      <div
        role="progressbar"
        aria-label={`Uploading ${name}`}
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
        className="h-1.5 min-w-0 flex-1 overflow-hidden rounded-full bg-well"
      >
        <div className="h-full bg-primary-edge transition-[width]" style={{ width: `${percent}%` }} />
      </div>
      <span className="w-20 text-sm text-muted tabular-nums">
        {percent < 100 ? `${percent} %` : 'Checking…'}
      </span>
      <Button size="sm" variant="ghost" aria-label={`Cancel uploading ${name}`} onClick={onCancel}>
        Cancel
      </Button>
    </div>
  );
}
