/** A short message with its next step. The icon and the words carry the meaning; the colour only repeats it. */
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

export type Tone = 'info' | 'success' | 'warning' | 'danger';

const TONES = {
  info: { look: 'bg-info-soft text-info', icon: Info },
  success: { look: 'bg-success-soft text-success', icon: CircleCheck },
  warning: { look: 'bg-warning-soft text-warning', icon: TriangleAlert },
  danger: { look: 'bg-danger-soft text-danger', icon: CircleAlert },
} as const satisfies Record<Tone, unknown>;

interface AlertProps {
  tone: Tone;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function Alert({ tone, title, children, action }: AlertProps) {
  const { look, icon: Icon } = TONES[tone];
  return (
    <div
      role={tone === 'danger' || tone === 'warning' ? 'alert' : 'status'}
      className={`flex gap-3 rounded-md px-4 py-3 ${look}`}
    >
      <Icon aria-hidden size={18} strokeWidth={1.75} className="mt-0.5 shrink-0" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{title}</p>
        {children !== undefined && <div className="text-sm">{children}</div>}
        {action !== undefined && <div className="mt-2.5">{action}</div>}
      </div>
    </div>
  );
}
