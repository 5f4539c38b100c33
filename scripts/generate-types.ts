/** `npm run types`: writes the generated types again, of Worker bindings and of the database. */
import {
  findDrift,
  generateDatabaseFile,
  generateWorkerTypes,
  writeGenerated,
} from './local/generated-types.ts';
import { startPlatform } from './local/platform.ts';

const platform = await startPlatform();
const databaseUrl = await platform.createDatabase();
const files = [...(await generateWorkerTypes()), await generateDatabaseFile(databaseUrl)];
const changed = await findDrift(files);
await writeGenerated(files);
for (const { path } of files) console.log(`${changed.includes(path) ? 'written' : 'unchanged'}  ${path}`);
await platform.stop();
process.exit(0);
