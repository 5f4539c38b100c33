/**
 * What a tool is told, by its command line or by a person: checked either way, and what is wrong is said in words. A person
 * is asked again. Called by add-tenant and create-secrets.
 */
import { Refusal } from '../local/steps.ts';
import type { ToolWorld } from './tool.ts';

/** Somebody who was wrong so often is looking for the way out. */
const TRIES = 5;
/** More than anything that is asked for. */
const LONGEST_ANSWER = 1_000;

/** Somebody who was asked wants to go. */
export class Stopped extends Refusal {}

export interface Question<Value> {
  /** Without colon. */
  readonly words: string;
  /** From the command line or the environment. */
  readonly given: string | undefined;
  /** Taken when nothing is given and nobody answers; left out where there has to be an answer. */
  readonly otherwise?: Value;
  /** False: nobody is asked for it, what is not given is as `otherwise` says. */
  readonly asked?: boolean;
  /** The answer is not shown. */
  readonly hidden?: boolean;
  /** Throws a Refusal that says what it takes. Is never given an empty text where there is an `otherwise`. */
  read(text: string): Value;
}

export async function answer<Value>(
  { ask, writeError }: Pick<ToolWorld, 'ask' | 'writeError'>,
  { words, given, otherwise, asked = true, hidden = false, read }: Question<Value>,
): Promise<Value> {
  const readBounded = (text: string) => {
    if (text.length > LONGEST_ANSWER) throw new Refusal(`That is longer than ${LONGEST_ANSWER} characters.`);
    return text === '' && otherwise !== undefined ? otherwise : read(text);
  };
  if (given !== undefined) return readBounded(given.trim());
  if (ask === null || !asked) return readBounded('');
  for (let attempt = 1; ; attempt += 1) {
    try {
      return readBounded((await ask(`${words}: `, { hidden })).trim());
    } catch (error) {
      if (!(error instanceof Refusal) || error instanceof Stopped || attempt === TRIES) throw error;
      writeError(`${error.message}\n`);
    }
  }
}
