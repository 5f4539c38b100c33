/** The entrance of operator/configure-supabase-auth.ts. */
import { configureSupabaseAuthTool } from './operator/configure-supabase-auth.ts';
import { terminal } from './operator/terminal.ts';
import { runTool } from './operator/tool.ts';

process.exitCode = await runTool(configureSupabaseAuthTool, process.argv.slice(2), terminal);
