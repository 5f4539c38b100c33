/**
 * axe on a page and on all frames in it. Once it is in a page it stays there, and judges the same page in another
 * palette at a tenth of the price; only what it found leaves the page.
 */
import type { Page } from '@playwright/test';
import axe from 'axe-core';

export interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  /** Selector of each element, and what is wrong with it. */
  readonly where: readonly string[];
}

type AxeWindow = Window & { readonly axe?: typeof axe };

/** By all of axe's rules, or by these. Throws where a frame could not be looked at. */
export async function findViolations(page: Page, rules: readonly string[] | null = null): Promise<Finding[]> {
  for (const frame of page.frames()) {
    if (!(await frame.evaluate(() => 'axe' in window))) await frame.evaluate(axe.source);
  }
  return page.evaluate(async (chosen) => {
    const options: axe.RunOptions = {
      // Of what is right, nobody wants to read where.
      resultTypes: ['violations'],
      ...(chosen && { runOnly: { type: 'rule', values: [...chosen] } }),
    };
    const engineOf = (view: AxeWindow | null) => {
      if (!view?.axe) throw new Error('There is a frame without axe in it.');
      return view.axe;
    };
    // As axe does it with frames of another origin: each by itself, then all of them together.
    const judge = async (view: AxeWindow | null, context: axe.ContextObject) => {
      const engine = engineOf(view);
      const frames = engine.utils.getFrameContexts(context, options);
      const partials = [await engine.runPartial(context, options)];
      for (const { frameSelector, frameContext } of frames) {
        const element = engine.utils.shadowSelect(frameSelector);
        // Of the frame's own window: `instanceof` would ask for that window's class.
        const inner = element !== null && 'contentWindow' in element ? element.contentWindow : null;
        partials.push(...(await judge(inner as AxeWindow | null, frameContext)));
      }
      return partials;
    };
    const partials: axe.PartialResults = await judge(window, { exclude: [] });
    const { violations } = await engineOf(window).finishRun(partials, options);
    return violations.map(({ id, impact, help, nodes }) => ({
      id,
      impact: impact ?? 'none',
      help,
      where: nodes.map(({ target, any }) => `${target.join(' ')}: ${any[0]?.message ?? ''}`),
    }));
  }, rules);
}

/** Those that keep somebody from using a page. */
export async function findSerious(page: Page, rules: readonly string[] | null = null): Promise<Finding[]> {
  const findings = await findViolations(page, rules);
  return findings.filter(({ impact }) => impact === 'serious' || impact === 'critical');
}

/** In another palette, once every colour has arrived: each element that inherits one begins its own transition after it. */
export async function showPalette(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  for (const frame of page.frames()) {
    await frame.evaluate(async () => {
      const changing = () => document.getAnimations().some((one) => one instanceof CSSTransition);
      for (let quiet = 0; quiet < 2; quiet = changing() ? 0 : quiet + 1) {
        await new Promise((done) => requestAnimationFrame(done));
      }
    });
  }
}
