/**
 * What an admin has left to set up, each with the way to it. A part of the dashboard, for those alone who may do any of
 * it; gone when all of it is done, or when they put it away. Comes when the page is idle.
 */
import { useQuery } from '@tanstack/react-query';
import { CircleCheck } from 'lucide-react';
import { useEffect } from 'react';
import { Link } from 'react-router';
import type { Setup as Parts } from '../../../contract/api.ts';
import { storage } from '../api/session.ts';
import { setupQuery } from '../api/setup-query.ts';
import { Button } from '../ui/button.tsx';
import { announce } from '../ui/live-region.tsx';
import { Section } from '../ui/section.tsx';

const STEPS: Record<keyof Parts, { label: string; hint: string; path: string }> = {
  brand: {
    label: 'Publish your brand',
    hint: 'Name, colours and font on every page.',
    path: '/branding',
  },
  logo: {
    label: 'Upload your logo',
    hint: 'It takes the place of the monogram, once it is published.',
    path: '/branding',
  },
  signIn: {
    label: 'Set up sign-in on your own domain',
    hint: 'It needs apps of your own at GitHub and Google.',
    path: '/settings/sign-in',
  },
  people: {
    label: 'Invite the first person',
    hint: 'They sign in with GitHub or Google.',
    path: '/invitations',
  },
};

interface SetupProps {
  memberId: string;
  /** Nothing is left, or it was put away. */
  onGone: () => void;
}

export function Setup({ memberId, onGone }: SetupProps) {
  const { data, isError } = useQuery(setupQuery);
  const steps = (Object.keys(STEPS) as (keyof Parts)[]).filter((step) => data?.[step] != null);
  const done = steps.filter((step) => data?.[step]).length;
  const finished = data !== undefined && done === steps.length;
  const gone = () => {
    // Not to come back in this browser.
    storage((store) => store.setItem('setup-done', memberId));
    onGone();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when nothing is left.
  useEffect(() => {
    if (finished) gone();
  }, [finished]);
  // Not worth an error: the pages that it leads to are in the navigation.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it failed.
  useEffect(() => {
    if (isError) onGone();
  }, [isError]);
  if (finished || data === undefined) return null;
  return (
    <Section
      title="Finish setting up"
      description={`${done} of ${steps.length} done`}
      aside={
        <Button
          variant="ghost"
          size="sm"
          className="-me-3"
          aria-label="Hide the list of what to set up"
          onClick={() => {
            announce('The list is hidden');
            document.querySelector<HTMLElement>('main h1')?.focus();
            gone();
          }}
        >
          Hide
        </Button>
      }
    >
      <ul className="divide-y divide-line border-y border-line">
        {steps.map((step) => {
          const { label, hint, path } = STEPS[step];
          return (
            <li key={step} className="flex items-start gap-4 py-3">
              {data[step] ? (
                <CircleCheck aria-hidden size={20} strokeWidth={1.5} className="mt-px shrink-0 text-link" />
              ) : (
                <span
                  aria-hidden
                  className="mt-px size-5 shrink-0 rounded-full border-2 border-line-strong"
                />
              )}
              <div className="min-w-0">
                {data[step] ? (
                  <p className="text-muted">
                    {label}
                    <span className="sr-only">, done</span>
                  </p>
                ) : (
                  <Link to={path} className="text-link font-medium">
                    {label}
                  </Link>
                )}
                <p className="text-sm text-muted">{hint}</p>
              </div>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
