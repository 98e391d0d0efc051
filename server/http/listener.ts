/** Binds the HTTP side to a port, over TLS where a certificate was given. */
import { readFile } from 'node:fs/promises';
import { STATUS_CODES, createServer as createPlainServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
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
/** For what is under way when the server stops. */
const FINISH_MS = 5000;
const IDLE_CHECK_MS = 50;

export interface HttpListener {
  readonly url: string;
  /** Takes no more connections, lets what is under way be answered, and breaks off what goes on for too long. */
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
  const endConnections = followAnswers(server);
  server.on('clientError', refuseConnection);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.httpPort, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `${options.tls ? 'https' : 'http'}://${host}:${port}`,
    close: async () => {
      endConnections();
      // A connection whose answer had begun before the stop stays open behind it.
      const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
      const patience = setTimeout(() => server.closeAllConnections(), FINISH_MS);
      await new Promise<void>((resolve) => server.close(() => resolve()));
      clearInterval(idle);
      clearTimeout(patience);
    },
  };
}

/** @returns what makes each answer from now on the last one of its connection, and says so to the client */
function followAnswers(server: Server): () => void {
  const underWay = new Set<ServerResponse>();
  let isEnding = false;
  const end = (answer: ServerResponse) => {
    if (!answer.headersSent) answer.setHeader('Connection', 'close');
  };
  server.prependListener('request', (_, answer: ServerResponse) => {
    if (isEnding) end(answer);
    underWay.add(answer);
    answer.once('close', () => underWay.delete(answer));
  });
  return () => {
    isEnding = true;
    for (const answer of underWay) end(answer);
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
