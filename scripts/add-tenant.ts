/** The entrance of operator/add-tenant.ts. */

import { addTenantTool } from './operator/add-tenant.ts';
import { terminal } from './operator/terminal.ts';
import { runTool } from './operator/tool.ts';

process.exitCode = await runTool(addTenantTool, process.argv.slice(2), terminal);
