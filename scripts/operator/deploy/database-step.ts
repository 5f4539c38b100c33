/** The step `database`: every migration of this clone is applied, and the primary tenant is there. */
import { Refusal } from '../../local/steps.ts';
import { applyMigrations, findDueMigrations } from './database.ts';
import type { Installation } from './installation.ts';
import { findPrimaryProblem } from './primary-tenant.ts';
import type { Step } from './steps.ts';

/** `goesOn`: steps follow that a first deployment cannot take before there is a primary tenant. */
export function databaseStep(
  { sql, databaseUrl, environment, redact, say }: Installation,
  goesOn: boolean,
): Step {
  return {
    name: 'database',
    title: 'Database',
    async look() {
      const due = await findDueMigrations(sql);
      const many = `apply ${due.length} migrations`;
      return due.length === 0
        ? []
        : [
            {
              what: due.length === 1 ? `apply the migration ${due[0]}` : many,
              consent: `to be applied:\n${due.map((name) => `    ${name}`).join('\n')}`,
              apply: () => applyMigrations(databaseUrl, redact),
            },
          ];
    },
    async foresee() {
      const problem = await findPrimaryProblem(sql, environment);
      if (problem !== null) say(`  database: then it would stop. ${indent(problem)}`);
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
