/**
 * Are versions in step: the dispatcher that serves, the Workers that it asks for, the jobs Worker, and the schema? Called by
 * doctor.ts, with access to Cloudflare.
 */
import type { TransactionSql } from 'postgres';
import { runCommand } from '../../local/processes.ts';
import { REPOSITORY } from '../deploy/build-output.ts';
import { readAppliedMigrations, versionOf } from '../deploy/database.ts';
import type { DeployEnvironment } from '../deploy/deploy-config.ts';
import type { Deployed, DispatcherVersion } from './deployed.ts';
import { type Check, type Finding, fail, nameSome, ok, warn } from './findings.ts';

const DEPLOY = 'Deploy; each deployment ends with all of them in step.';
const CHECK_SECONDS = 60;
/** `<commit>-<digest>`, as worker-plan.ts names a release that nobody named. */
const BY_COMMIT = /^([0-9a-f]{7})-[0-9a-f]{8}$/;

export function releaseChecks(
  { names, namespace }: DeployEnvironment,
  deployed: () => Promise<Deployed>,
  transact: <T>(work: (sql: TransactionSql) => Promise<T>) => Promise<T>,
): Check[] {
  const check = (about: string, run: () => Promise<readonly Finding[]>): Check => ({
    group: 'workers',
    about,
    seconds: CHECK_SECONDS,
    run,
  });
  return [
    check(names.dispatcher, async () => judgeDispatcher(names.dispatcher, namespace, await deployed())),
    check(names.jobs, async () => judgeJobs(names.jobs, await deployed())),
    check('Schema', async () => {
      const [main] = (await deployed()).dispatcher;
      return main?.release ? [await judgeSchema(main.release, await transact(readAppliedMigrations))] : [];
    }),
  ];
}

function judgeDispatcher(about: string, namespace: string, { dispatcher }: Deployed): Finding[] {
  const [main, other] = dispatcher;
  if (main === undefined) return [fail(about, 'is not deployed', 'Deploy.')];
  const findings = dispatcher.flatMap((version) => judgeVersion(about, namespace, version));
  if (other !== undefined)
    findings.push(
      warn(
        about,
        `two versions are deployed: ${describeVersion(main)}, ${describeVersion(other)}`,
        'A release is under way, or was left on its way: when no deployment is running, deploy again.',
      ),
    );
  return findings.length > 0 ? findings : [ok(about, `serves the release ${main.release} to everybody`)];
}

function judgeVersion(about: string, namespace: string, version: DispatcherVersion): Finding[] {
  const { release, tag, namespace: asked } = version;
  const findings: Finding[] = [];
  if (!release) findings.push(fail(about, 'serves a version that names no release', DEPLOY));
  else if (tag !== release)
    findings.push(
      fail(
        about,
        `asks for Workers of the release ${release}, and was uploaded as ${tag ?? 'none'}`,
        'A deployment goes by what it was uploaded as. Deploy under another --release.',
      ),
    );
  if (asked !== namespace)
    findings.push(
      fail(
        about,
        `asks the namespace ${asked ?? 'of nobody'}, and the configuration names ${namespace}`,
        'Correct the configuration, or deploy.',
      ),
    );
  return findings;
}

const describeVersion = ({ release, tag, percentage }: DispatcherVersion) =>
  `${release || tag || 'one without a release'} at ${percentage} %`;

function judgeJobs(about: string, { dispatcher, jobs }: Deployed): Finding[] {
  if (jobs === null)
    return [fail(about, 'is not deployed: no mail goes out and nothing is purged', 'Deploy.')];
  // While a release is under way it may be of either.
  if (dispatcher.some(({ release }) => release !== null && release === jobs.tag))
    return [ok(about, `is of the release ${jobs.tag}, as the dispatcher`)];
  const serving = dispatcher[0]?.release || 'none';
  return [
    warn(
      about,
      `is of the release ${jobs.tag ?? 'of nobody'}, and the dispatcher serves ${serving}`,
      'So it is after a release was taken back, which may stay for a while. Deploy to have them in step.',
    ),
  ];
}

/** Of a commit that this clone has; migrations beside what its Workers need come from a release that is not up yet. */
async function judgeSchema(release: string, applied: ReadonlySet<string>): Promise<Finding> {
  const about = 'Schema';
  const commit = BY_COMMIT.exec(release)?.[1];
  if (commit === undefined)
    return ok(about, `${release} names no commit: compared with this clone alone, see Migrations`);
  const arguments_ = ['ls-tree', '--name-only', commit, 'supabase/migrations/'];
  const listed = await runCommand('git', arguments_, { cwd: REPOSITORY }).catch(() => null);
  if (listed?.code !== 0)
    return warn(
      about,
      `cannot be compared with the release ${release}: this clone has no commit ${commit}`,
      'git fetch, and run this again.',
    );
  const files = listed.output
    .split('\n')
    .map((path) => path.replace(/^.*\//, ''))
    .filter((name) => /^\d+_.*\.sql$/.test(name));
  const needed = new Set(files.map(versionOf));
  const missing = files.filter((name) => !applied.has(versionOf(name)));
  if (missing.length > 0)
    return fail(
      about,
      `the release ${release} needs what is not applied: ${nameSome(missing)}`,
      'Deploy the step database, from the commit of that release.',
    );
  const ahead = [...applied].filter((version) => !needed.has(version)).toSorted();
  return ahead.length === 0
    ? ok(about, `is that of the release ${release}`)
    : warn(
        about,
        `is ahead of the release ${release}, by ${nameSome(ahead)}`,
        'Each migration works with the release before it. Deploy the one that it was made for.',
      );
}
