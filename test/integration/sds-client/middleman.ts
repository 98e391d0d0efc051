/** Stands between client and server: sees each call, and answers in the server's place where a test wants it. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly method: string;
  readonly url: string;
  /** Signed in strict mode. */
  readonly strict: boolean;
  readonly token: string | undefined;
}

export class Middleman {
  readonly seen: Seen[] = [];
  /** Answers in the server's place, or 'pass', or 'cut' after the server has done it. */
  rule: (
    seen: Seen,
    count: number,
  ) => 'pass' | 'cut' | { status: number; headers?: Record<string, string>; body?: unknown } = () =>
    'pass';
  readonly #server: Server;

  private constructor(target: string) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        void (async () => {
          const { method = '', url = '', headers } = request;
          const seen = {
            method,
            url,
            strict: headers['x-sds-timestamp'] !== undefined,
            token: headers['x-coreos-access'] as string | undefined,
          };
          this.seen.push(seen);
          const verdict = this.rule(seen, this.seen.length);
          if (typeof verdict === 'object') {
            response.writeHead(verdict.status, {
              'content-type': 'application/json',
              ...verdict.headers,
            });
            response.end(JSON.stringify(verdict.body ?? {}));
            return;
          }
          const { host: _host, connection: _connection, ...rest } = headers;
          const answer = await fetch(`${target}${url}`, {
            method,
            headers: rest as Record<string, string>,
            ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
          });
          const body = Buffer.from(await answer.arrayBuffer());
          if (verdict === 'cut') response.destroy();
          else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body);
        })().catch(() => response.destroy());
      });
    });
  }

  static async start(target: string): Promise<Middleman> {
    const middleman = new Middleman(target);
    await new Promise<void>((resolve) => middleman.#server.listen(0, '127.0.0.1', resolve));
    return middleman;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
