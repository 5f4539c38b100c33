/**
 * Browser tests, web/e2e/*.e2e.ts, against the production build. `npm run e2e` gives them their portals and a Chromium;
 * `npm run e2e -- sign-in` and any other option of Playwright goes through.
 */
import { defineConfig } from '@playwright/test';
import {
  BROWSER_OUTPUT_VARIABLE,
  currentBrowserPortal,
  realHostnamesArguments,
} from './scripts/local/browser-portal.ts';
import { UNSANDBOXED } from './scripts/local/chromium.ts';

const executablePath = process.env['CHROMIUM_PATH'];
const launch = (arguments_: string[]) => ({
  launchOptions: { args: [...UNSANDBOXED, ...arguments_], ...(executablePath ? { executablePath } : {}) },
});

export default defineConfig({
  testDir: 'web/e2e',
  testMatch: '**/*.e2e.ts',
  outputDir: process.env[BROWSER_OUTPUT_VARIABLE] ?? 'test-results/browser/other',
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  // Machines differ by a factor of three; nothing here is a measure of time.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: [
    ['list'],
    ...(process.env['MARQUEE_REPORT']
      ? [['json', { outputFile: process.env['MARQUEE_REPORT'] }] as const]
      : []),
  ],
  use: {
    browserName: 'chromium',
    headless: true,
    locale: 'en-GB',
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
    // Recording costs every test; browser-tests.ts runs what failed once more for it.
    trace: 'off',
  },
  projects: [
    // http://<hostname>.localhost: what a developer sees.
    { name: 'portals', testIgnore: '**/*.https.e2e.ts', use: launch([]) },
    // Nothing but pictures to be looked at.
    ...(process.env['MARQUEE_PICTURES']
      ? [{ name: 'pictures', testMatch: '**/*.pictures.ts', use: launch([]) }]
      : []),
    // https://<hostname>: the real names, for what depends on them (cookies between sibling subdomains).
    {
      name: 'https',
      testMatch: '**/*.https.e2e.ts',
      use: { ignoreHTTPSErrors: true, ...launch(realHostnamesArguments(currentBrowserPortal())) },
    },
  ],
});
