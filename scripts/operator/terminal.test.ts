import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { ask } from './terminal.ts';

/** Somebody at a keyboard, and what the screen shows. */
function sit() {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let screen = '';
  output.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
  });
  return { streams: { input, output }, type: (text: string) => void input.write(text), screen: () => screen };
}

test('an answer is what was typed; a hidden one is not shown', async () => {
  const { streams, type, screen } = sit();
  const name = ask('Name: ', {}, streams);
  type('Acme \r');
  expect(await name).toBe('Acme');
  const secret = ask('Secret: ', { hidden: true }, streams);
  type('hush\r');
  expect(await secret).toBe('hush');
  expect(screen()).toContain('Secret: ');
  expect(screen()).not.toContain('hush');
});

test.each([
  ['Ctrl-C', '\x03', false],
  ['Ctrl-D', '\x04', false],
  ['Ctrl-C at a hidden question', '\x03', true],
])('%s ends it in words', async (_key, sent, hidden) => {
  const { streams, type } = sit();
  const asked = ask('Go on? ', { hidden }, streams);
  type(sent);
  await expect(asked).rejects.toThrow('Stopped. Run it again when you want to go on.');
});
