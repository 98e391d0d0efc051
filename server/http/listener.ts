/** Binds the console API to a port, over TLS where a certificate was given. */
import { readFile } from 'node:fs/promises';
import { createServer as createPlainServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { TlsFiles } from '../options.ts';

const REQUEST_MS = 60_000;
const HEADERS_MS = 15_000;

export interface HttpListener {
  readonly url: string;
  close(): Promise<void>;
}

export async function startHttp(
  app: OpenAPIHono,
  options: { host: string; port: number; tls: TlsFiles | undefined },
): Promise<HttpListener> {
  const limits = { requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS };
  const server = (
    options.tls
      ? createAdaptorServer({
          fetch: app.fetch,
          createServer: createTlsServer,
          serverOptions: {
            ...limits,
            cert: await readFile(options.tls.certFile),
            key: await readFile(options.tls.keyFile),
          },
        })
      : createAdaptorServer({
          fetch: app.fetch,
          createServer: createPlainServer,
          serverOptions: limits,
        })
  ) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `${options.tls ? 'https' : 'http'}://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
