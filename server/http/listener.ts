/** Binds the HTTP side to a port, over TLS where a certificate was given. */
import { readFile } from 'node:fs/promises';
import { STATUS_CODES, createServer as createPlainServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createAdaptorServer } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { SDS_BASE } from '../../shared/domain/sds.ts';
import type { TlsFiles } from '../options.ts';
import { SdsFailure, errorOf } from '../sds/failure.ts';
import { isJson } from './sds-routes.ts';

/** From the head of a request to its end; content of files may take as long as it moves. */
const REQUEST_MS = 60_000;
const UPLOAD_PATH = new RegExp(`^${SDS_BASE}/files(?:\\?|$)`);
const HEADERS_MS = 15_000;
/** Longer than clients and proxies keep theirs: a connection that both use and close at once breaks a request. */
const KEEP_ALIVE_MS = 75_000;
const MAX_HEADER_BYTES = 16 * 1024;

export interface HttpListener {
  readonly url: string;
  close(): Promise<void>;
}

export async function startHttp(
  app: OpenAPIHono,
  options: { host: string; httpPort: number; tls: TlsFiles | undefined },
): Promise<HttpListener> {
  const limits = {
    // Node knows one limit for all requests: `limitTime` takes its place.
    requestTimeout: 0,
    headersTimeout: HEADERS_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
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
  server.on('request', limitTime);
  server.on('clientError', refuseConnection);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.httpPort, options.host, resolve);
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

/** A body that trickles in without an end must not hold its connection; uploads have their own watch. */
function limitTime(incoming: IncomingMessage): void {
  const { method, url = '', headers } = incoming;
  if (method === 'POST' && UPLOAD_PATH.test(url) && !isJson(headers['content-type'])) return;
  const timer = setTimeout(() => {
    if (!incoming.complete) incoming.destroy();
  }, REQUEST_MS);
  timer.unref();
  incoming.once('end', () => clearTimeout(timer));
  incoming.once('close', () => clearTimeout(timer));
}

/** What could not be read as a request has no path: the answer has the members of both APIs' errors. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const failure =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new SdsFailure(
          'HEADERS_TOO_LARGE',
          `The head of a request has at most ${MAX_HEADER_BYTES} bytes.`,
        )
      : new SdsFailure('BAD_HTTP', 'This is no HTTP request.');
  const reason = STATUS_CODES[failure.status] ?? '';
  const body = JSON.stringify({
    error: { ...errorOf(failure, '', ''), message: failure.message },
    request: { id: '', uri: '', timestamp: new Date().toISOString() },
  });
  socket.end(
    [
      `HTTP/1.1 ${failure.status} ${reason}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
