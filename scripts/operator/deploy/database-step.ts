/** The step `database`: every migration of this clone is applied. */
import { applyMigrations, findDueMigrations } from './database.ts';
import type { Installation } from './installation.ts';
import type { Step } from './steps.ts';

export function databaseStep({ sql, databaseUrl, redact }: Installation): Step {
  return {
    name: 'database',
    title: 'Database',
    async look() {
      const due = await findDueMigrations(sql);
      if (due.length === 0) return [];
      return [
        {
          what: due.length === 1 ? `apply the migration ${due[0]}` : `apply ${due.length} migrations`,
          consent: `to be applied: ${due.join(', ')}`,
          apply: () => applyMigrations(databaseUrl, redact),
        },
      ];
    },
  };
}
