/** Free ports, and whose a taken one is. */
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import {
  describePortInUse,
  findFreePorts,
  findPortHolder,
  isPortFree,
  parseListeningInodes,
} from './ports.ts';

const servers: Server[] = [];
async function hold(port: number): Promise<void> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
}
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe('ports', () => {
  test('free ones are different and free', async () => {
    const ports = await findFreePorts(8);
    expect(new Set(ports).size).toBe(8);
    expect(await Promise.all(ports.map(isPortFree))).toEqual(ports.map(() => true));
  });

  test('a taken one is not free, and the message names port, process and remedy', async () => {
    const [port = 0] = await findFreePorts(1);
    await hold(port);
    expect(await isPortFree(port)).toBe(false);
    expect((await findPortHolder(port))?.pid).toBe(process.pid);
    const message = await describePortInUse(port, 'the portals');
    expect(message).toContain(`Port ${port}, needed for the portals, is in use by process ${process.pid} (`);
    expect(message).toContain(`kill ${process.pid}`);
  });

  test('nobody holds a free port', async () => {
    const [port = 0] = await findFreePorts(1);
    expect(await findPortHolder(port)).toBeNull();
  });
});

describe('parseListeningInodes', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:2253 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0',
    '   1: 0100007F:2253 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 20 4 30 10 -1',
    '   2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0',
  ].join('\n');

  test('takes sockets that listen on the port, and no connection from it', () => {
    expect(parseListeningInodes(table, 0x2253)).toEqual(['4711']);
    expect(parseListeningInodes(table, 80)).toEqual(['4713']);
    expect(parseListeningInodes(table, 443)).toEqual([]);
  });
});
