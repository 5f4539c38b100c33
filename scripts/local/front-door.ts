/**
 * A door in front of a portal that listens elsewhere: a fixed port for `npm run preview`, TLS with the real hostnames
 * for browser tests. Bytes pass unchanged, so that a Worker sees the Host header that the browser sent.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { generate } from 'selfsigned';

export interface FrontDoor {
  readonly port: number;
  close(): Promise<void>;
}

export interface FrontDoorOptions {
  /** Where the portal listens, on 127.0.0.1. */
  readonly target: number;
  /** 0 or left out: a free one. */
  readonly port?: number;
  /** TLS with a certificate of our own making for these names. */
  readonly hostnames?: readonly string[];
}

export async function openFrontDoor({ target, port = 0, hostnames }: FrontDoorOptions): Promise<FrontDoor> {
  const sockets = new Set<Socket>();
  const pass = (visitor: Socket) => {
    const portal = connect(target, '127.0.0.1');
    for (const socket of [visitor, portal]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      // Either side may go at any time; the other one then goes as well.
      socket.on('error', () => {
        visitor.destroy();
        portal.destroy();
      });
    }
    visitor.pipe(portal).pipe(visitor);
  };
  const server: Server = hostnames
    ? createTlsServer({ ...(await createCertificate(hostnames)), ALPNProtocols: ['http/1.1'] }, pass)
    : createServer(pass);
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', done);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no port.');
  return {
    port: address.port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

async function createCertificate(hostnames: readonly string[]): Promise<{ key: string; cert: string }> {
  const [first = 'localhost'] = hostnames;
  const altNames = hostnames.map((value) => ({ type: 2 as const, value }));
  const { private: key, cert } = await generate([{ name: 'commonName', value: first }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames }],
  });
  return { key, cert };
}
