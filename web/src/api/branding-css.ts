/** What the server says about custom CSS while it is being written. For the branding page. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { customCssSchema } from '../../../contract/branding.ts';
import { type CssCheck, cssCheckSchema } from '../../../contract/custom-css.ts';
import { exchange } from './client.ts';

const PAUSE_MILLISECONDS = 400;
const NOTHING: CssCheck = { css: '', refusals: [] };

/** The newest answer; the one before while the next is on its way. */
export function useCssCheck(css = ''): CssCheck {
  const [asked, setAsked] = useState(css);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(css), PAUSE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [css]);
  const { data } = useQuery({
    queryKey: ['branding', 'custom-css', asked],
    queryFn: ({ signal }) =>
      exchange('POST', '/api/branding/custom-css', async () => cssCheckSchema, {
        body: { css: asked },
        signal,
      }),
    enabled: customCssSchema.safeParse(asked).success,
    placeholderData: keepPreviousData,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return css === '' ? NOTHING : (data ?? NOTHING);
}
