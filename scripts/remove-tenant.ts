/** The entrance of operator/remove-tenant.ts. */

import { removeTenantTool } from './operator/remove-tenant.ts';
import { terminal } from './operator/terminal.ts';
import { runTool } from './operator/tool.ts';

process.exitCode = await runTool(removeTenantTool, process.argv.slice(2), terminal);
