/** What would keep the server from starting, as far as it shows before the database is opened: that takes seconds. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createSecureContext } from 'node:tls';
import { SINK_HOST } from './mail/sink.ts';
import type { ServerOptions } from './options.ts';

/** @throws SystemError of a file that cannot be read, or a port that cannot be listened on; Error of OpenSSL */
export async function requireStartable(
  options: Pick<ServerOptions, 'host' | 'httpPort' | 'sftpPort' | 'smtpPort' | 'tls'>,
): Promise<void> {
  const { host, httpPort, sftpPort, smtpPort, tls } = options;
  if (tls) {
    createSecureContext({ cert: await readFile(tls.certFile), key: await readFile(tls.keyFile) });
  }
  const places: readonly (readonly [string, number])[] = [
    [host, httpPort],
    [host, sftpPort],
    [SINK_HOST, smtpPort],
  ];
  for (const [address, port] of places) if (port !== 0) await listenOnce(address, port);
}

async function listenOnce(host: string, port: number): Promise<void> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
