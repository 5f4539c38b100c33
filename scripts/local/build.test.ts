/** What counts as initial JavaScript. */
import { describe, expect, test } from 'vitest';
import { findInitialScripts } from './build.ts';

describe('findInitialScripts', () => {
  test('takes module scripts and what is preloaded for them, and nothing else', () => {
    const html = `<head><script>var inline = 1</script>
      <script type="module" crossorigin src="/assets/index-1.js"></script>
      <link rel="modulepreload" crossorigin href="/assets/jsx-2.js">
      <link rel="stylesheet" href="/assets/index.css"><link rel="icon" href="/favicon.ico"></head>`;
    expect(findInitialScripts(html)).toEqual(['/assets/index-1.js', '/assets/jsx-2.js']);
  });
});
