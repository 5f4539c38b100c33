/** The entrance of operator/rotate-keys.ts. */
import { rotateKeysTool } from './operator/rotate-keys.ts';
import { terminal } from './operator/terminal.ts';
import { runTool } from './operator/tool.ts';

process.exitCode = await runTool(rotateKeysTool, process.argv.slice(2), terminal);
