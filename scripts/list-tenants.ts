/** The entrance of operator/list-tenants.ts. */

import { listTenantsTool } from './operator/list-tenants.ts';
import { terminal } from './operator/terminal.ts';
import { runTool } from './operator/tool.ts';

process.exitCode = await runTool(listTenantsTool, process.argv.slice(2), terminal);
