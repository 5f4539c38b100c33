/** The step `database`: every migration of this clone is applied, and the primary tenant is there. */
import { Refusal } from '../../local/steps.ts';
import { applyMigrations, findDueMigrations } from './database.ts';
import type { Installation } from './installation.ts';
import { findPrimaryProblem } from './primary-tenant.ts';
import type { Step } from './steps.ts';

/** `goesOn`: steps follow that a first deployment cannot take before there is a primary tenant. */
export function databaseStep(
  { sql, databaseUrl, environment, dryRun, redact, say }: Installation,
  goesOn: boolean,
): Step {
  return {
    name: 'database',
    title: 'Database',
    async look() {
      const due = await findDueMigrations(sql);
      if (dryRun) {
        const problem = await findPrimaryProblem(sql, environment);
        if (problem !== null) say(`  database: here it would stop. ${indent(problem)}`);
      }
      if (due.length === 0) return [];
      return [
        {
          what: due.length === 1 ? `apply the migration ${due[0]}` : `apply ${due.length} migrations`,
          consent: `to be applied: ${due.join(', ')}`,
          apply: () => applyMigrations(databaseUrl, redact),
        },
      ];
    },
    async check() {
      const problem = await findPrimaryProblem(sql, environment);
      if (problem === null) return 'every migration is applied, the primary tenant is there';
      if (goesOn) throw new Refusal(problem);
      // Asked for this step alone: it is done, and the next one is said.
      return `every migration is applied. ${indent(problem)}\n `;
    },
  };
}

function indent(lines: string): string {
  return lines.replaceAll('\n', '\n  ');
}
