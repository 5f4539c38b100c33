/** The entrance of operator/deploy/, called by deploy-multi-tenant.sh. */
import { deployTool } from './operator/deploy/deploy-tool.ts';
import { terminal } from './operator/terminal.ts';
import { runTool } from './operator/tool.ts';

process.exitCode = await runTool(deployTool, process.argv.slice(2), terminal);
