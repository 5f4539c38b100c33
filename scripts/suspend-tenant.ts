/** The entrance of operator/suspend-tenant.ts. */

import { suspendTenantTool } from './operator/suspend-tenant.ts';
import { terminal } from './operator/terminal.ts';
import { runTool } from './operator/tool.ts';

process.exitCode = await runTool(suspendTenantTool, process.argv.slice(2), terminal);
