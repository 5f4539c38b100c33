/** The entrance of operator/doctor.ts. */
import { doctorTool } from './operator/doctor.ts';
import { terminal } from './operator/terminal.ts';
import { runTool } from './operator/tool.ts';

process.exitCode = await runTool(doctorTool, process.argv.slice(2), terminal);
