/**
 * `.deploy/<environment>.json`: what the last deployment from this clone found out. It saves work; it holds no secret, and
 * without it a deployment does more, never less. What a release has begun with is in rollout.ts.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { Refusal } from '../../local/steps.ts';
import { ENVIRONMENTS } from './deploy-config.ts';

const name = z.string().min(1).max(200);
const digest = z.string().regex(/^[0-9a-f]{64}$/);

const stateSchema = z.strictObject({
  version: z.literal(1),
  environment: z.enum(ENVIRONMENTS),
  accountId: z.string().regex(/^[0-9a-f]{32}$/),
  namespace: name,
  /** Ids of what was found or created, by kind: `kv`, `brandZone`, … */
  resources: z.record(z.string().max(50), name),
  /** What stands under each name of a Worker, by digest: it was uploaded whole. */
  uploads: z.record(name, digest),
  /** What is in dist/, and the sources that it was made from. */
  build: digest.nullable(),
});

export type DeployState = z.infer<typeof stateSchema>;

export interface StateFile {
  readonly state: Readonly<DeployState>;
  /** Changes it and writes it, the whole or nothing. A dry run keeps it in memory. */
  update(change: Partial<DeployState>): Promise<void>;
}

type Fresh = Pick<DeployState, 'environment' | 'accountId' | 'namespace'>;

/** A file of another account or namespace is a mistake of the configuration, and refused. */
export async function openState(file: string, fresh: Fresh, dryRun: boolean): Promise<StateFile> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new Refusal(`${file} cannot be read (${error.code}).`);
  });
  let state = text === null ? emptyState(fresh) : parseState(text, file);
  if (state.accountId !== fresh.accountId || state.environment !== fresh.environment)
    throw new Refusal(
      `${file} is of ${state.environment} in the account ${state.accountId}; the configuration says ${fresh.environment} in ${fresh.accountId}. Move that file away when the installation has moved.`,
    );
  if (state.namespace !== fresh.namespace)
    throw new Refusal(
      `The namespace was ${state.namespace} until now, and the configuration says ${fresh.namespace}. Correct it, or move ${file} away when that is meant.`,
    );
  return {
    get state() {
      return state;
    },
    async update(change) {
      state = stateSchema.parse({ ...state, ...change });
      if (!dryRun) await writeWhole(file, `${JSON.stringify(state, null, 2)}\n`);
    },
  };
}

function emptyState(fresh: Fresh): DeployState {
  return {
    version: 1,
    ...fresh,
    resources: {},
    uploads: {},
    build: null,
  };
}

function parseState(text: string, file: string): DeployState {
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    throw new Refusal(
      `${file} is not what a deployment writes. Move it away: the next run finds everything out again.`,
    );
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}
