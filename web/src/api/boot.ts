/** What the server wrote into the page (contract/boot.ts). Our own server wrote it, so it is read without validation. */
import { createContext, useContext } from 'react';
import type { BOOT_ELEMENT_ID, Boot } from '../../../contract/boot.ts';

/** The tenant, its brand and its ways to sign in; there before the first render. */
export const boot: Boot = readBoot();

/** What pages draw themselves from: the page's own, or a draft's where it is previewed. */
export const BootContext = createContext(boot);
export const useBoot = () => useContext(BootContext);

function readBoot(): Boot {
  const element = document.getElementById('boot' satisfies typeof BOOT_ELEMENT_ID);
  const value = JSON.parse(element?.textContent || 'null') as Boot | null;
  if (value === null) throw new Error('The page came without its boot block');
  return value;
}

let problemSeen = false;

/** Why this page stands in for another one (a callback that was refused), until the visitor has moved on from it. */
export function bootProblem(from = boot): Boot['problem'] {
  return problemSeen ? null : from.problem;
}

export function bootProblemSeen(): void {
  problemSeen = true;
}
