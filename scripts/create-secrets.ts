/** The entrance of operator/create-secrets.ts. */
import { createSecretsTool } from './operator/create-secrets.ts';
import { terminal } from './operator/terminal.ts';
import { runTool } from './operator/tool.ts';

process.exitCode = await runTool(createSecretsTool, process.argv.slice(2), terminal);
