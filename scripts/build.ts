/** `npm run build`: the SPA and the Workers as they are deployed, in dist/. Fails when the page starts too heavy. */
import { build, describeBuild } from './local/build.ts';

const report = await build('info');
console.log(`\n${report.withinBudget ? '✓' : '✗'} ${describeBuild(report)}`);
process.exit(report.withinBudget ? 0 : 1);
