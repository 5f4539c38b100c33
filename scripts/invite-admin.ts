/** The entrance of operator/invite-admin.ts. */
import { inviteAdminTool } from './operator/invite-admin.ts';
import { terminal } from './operator/terminal.ts';
import { runTool } from './operator/tool.ts';

process.exitCode = await runTool(inviteAdminTool, process.argv.slice(2), terminal);
