/** Ports on loopback: free ones for tests, and who holds a fixed one. Called by platform.ts, dev.ts and preview.ts. */
import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface PortHolder {
  readonly pid: number;
  /** Its command line, cut to one readable line. */
  readonly command: string;
}

/** `count` different free ports, all held at once before any is let go. */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0, '127.0.0.1')));
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('A TCP server has no port.');
    return address.port;
  });
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

/** False when somebody listens on `port`, on any address that would answer `localhost` or 127.0.0.1. */
export async function isPortFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '::1', '0.0.0.0']) {
    try {
      const server = await listen(port, host);
      await new Promise((done) => server.close(done));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
      // No such address on this machine (IPv6 switched off): nobody listens there.
      if (error instanceof Error && 'code' in error && error.code === 'EADDRNOTAVAIL') continue;
      if (error instanceof Error && 'code' in error && error.code === 'EAFNOSUPPORT') continue;
      throw error;
    }
  }
  return true;
}

/** Who listens on `port`: from /proc on Linux, from lsof elsewhere; null when the system does not tell (another user's). */
export async function findPortHolder(port: number): Promise<PortHolder | null> {
  return process.platform === 'linux' ? findInProc(port) : findWithLsof(port);
}

/** Says which port, whose it is, and what to do. */
export async function describePortInUse(port: number, purpose: string): Promise<string> {
  const holder = await findPortHolder(port);
  const who = holder ? `process ${holder.pid} (${holder.command})` : 'a process of another user';
  const remedy = holder ? `Stop it (kill ${holder.pid}) and start again.` : 'Stop it and start again.';
  return `Port ${port}, needed for ${purpose}, is in use by ${who}. ${remedy}`;
}

function listen(port: number, host: string) {
  return new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => resolve(server));
  });
}

/** Lines of /proc/net/tcp: local address in hex after the second space, state 0A is LISTEN, inode in the tenth column. */
export function parseListeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(suffix) && columns[3] === '0A')
    .flatMap((columns) => columns[9] ?? []);
}

async function findInProc(port: number): Promise<PortHolder | null> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const sockets = new Set(
    tables.flatMap((table) => parseListeningInodes(table, port)).map((inode) => `socket:[${inode}]`),
  );
  if (sockets.size === 0) return null;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    // Gone by now, or another user's: not to be looked into.
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const links = await Promise.all(
      descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
    );
    if (!links.some((link) => sockets.has(link))) continue;
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return { pid: Number(pid), command: oneLine(commandLine.replaceAll('\0', ' ')) };
  }
  return null;
}

async function findWithLsof(port: number): Promise<PortHolder | null> {
  try {
    const { stdout } = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fp']);
    const pid = Number(/^p(\d+)$/m.exec(stdout)?.[1]);
    if (!Number.isInteger(pid) || pid === 0) return null;
    const { stdout: command } = await run('ps', ['-o', 'args=', '-ww', '-p', String(pid)]);
    return { pid, command: oneLine(command) };
  } catch {
    // lsof answers 1 when it finds nothing, and may be missing: the message then does without.
    return null;
  }
}

function oneLine(command: string): string {
  const line = command.replace(/\s+/g, ' ').trim();
  return line.length > 100 ? `${line.slice(0, 99)}…` : line || 'unknown command';
}
