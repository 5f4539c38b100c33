/** The entrance of operator/deploy/, called by deploy-multi-tenant.sh. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchRun } from './local/processes.ts';
import { deployTool } from './operator/deploy/deploy-tool.ts';
import { terminal } from './operator/terminal.ts';
import { runTool } from './operator/tool.ts';

// What is temporary, secrets on their way among it, goes there; and however we end, a watch removes it and ends what
// we started.
const folder = mkdtempSync(join(tmpdir(), 'marquee-deploying-'));
watchRun('deploy', folder);
process.env['TMPDIR'] = folder;

// Once: whoever sends a second signal means it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    process.stderr.write('\nInterrupted. Run it again: it goes on.\n');
    process.kill(process.pid, signal);
  });

process.exitCode = await runTool(deployTool, process.argv.slice(2), terminal);
