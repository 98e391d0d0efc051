/**
 * What a file too large for one sealed file is sent with: the bundled server behind a line that can be cut, and for
 * each test an account with a key set of its own.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { ConsoleClient } from '../../../main/console/client.ts';
import type { Receipt } from '../../../shared/domain/job.ts';
import { startSealiftServer } from '../../helpers/sealift-server.ts';
import type { SealiftServer } from '../../helpers/sealift-server.ts';
import { makeKeyFile } from '../../helpers/sshd.ts';
import { startTcpProxy } from '../../helpers/tcp-proxy.ts';
import type { TcpProxy } from '../../helpers/tcp-proxy.ts';
import { Bench, buildCli } from './harness.ts';

const LIMIT = 30_000;
const ROWS = 900;

export interface Sent {
  readonly ok: true;
  readonly receipts: Receipt[];
}

/** Events that each say their number, with something that hardly compresses: four parts under the limit. */
export const events = Array.from({ length: ROWS }, (_, index) => ({
  identity: `user-${index}`,
  event_name: 'Bought',
  note: `row ${index}, ${randomBytes(75).toString('base64')}`,
}));

export function csv(eol: string): string {
  const rows = events.map(({ identity, note }) => `${identity},Bought,"${note}"`);
  return ['identity,event_name,note', ...rows].join(eol);
}

export class PartsBench {
  bench!: Bench;
  client!: ConsoleClient;
  proxy!: TcpProxy;
  account = '';
  #server!: SealiftServer;
  #keyId = '';

  /** Of a test file, at its top: starts everything before its tests, and ends it after them. */
  static use(): PartsBench {
    const parts = new PartsBench();
    beforeAll(() => parts.#start());
    beforeEach(() => parts.#nextAccount());
    afterEach(() => parts.proxy.stop());
    afterAll(async () => {
      await parts.bench.dispose();
      await parts.#server.stop();
    });
    return parts;
  }

  sendArgs(file: string, ...further: string[]): string[] {
    return [
      ...['send', file, '--to', `sftp://${this.account}@127.0.0.1:${this.proxy.port}/`],
      ...['--identity', 'identity', '--accept-new-host-key', '--recipient', `${this.account}.asc`],
      ...['--key-id', this.#keyId, '--type', 'event', '--email', 'd@example.com'],
      ...['--max-sealed-bytes', String(LIMIT), '--retries', '0', ...further],
    ];
  }

  /** Makes every piece be so long on the way, from now on. */
  async moveAway(delayMs: number): Promise<void> {
    await this.proxy.stop();
    this.proxy = await startTcpProxy(this.#server.ready.sftp.port, delayMs);
  }

  /** What the server took, in the order in which it took it. */
  async importedNotes(): Promise<string[]> {
    const notes: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await this.client.events(this.account, { limit: 500, ...(after && { after }) });
      notes.push(...page.items.map((item) => (item['properties'] as { note: string }).note));
      if (!page.next) return notes;
      after = page.next;
    }
  }

  /** Sends it, and holds names, sizes and rows of the parts against what went. */
  async expectInParts(name: string, content: string): Promise<void> {
    await this.bench.file(name, content);
    const { code, result } = await this.bench.json<Sent>(this.sendArgs(name));
    expect(code).toBe(0);
    const parts = result.receipts[0]?.parts ?? [];
    expect(parts.length).toBeGreaterThanOrEqual(3);
    const count = String(parts.length).padStart(2, '0');
    const [stem, extension] = name.split('.');
    expect(parts.map(({ data }) => data.name)).toEqual(
      parts.map((_, i) => `${stem}.part-0${i + 1}-of-${count}.${extension}.asc`),
    );
    for (const { data } of parts) expect(data.sizeBytes).toBeLessThan(LIMIT);
    expect(parts.reduce((sum, { rows }) => sum + rows, 0)).toBe(ROWS);
    expect(result.receipts[0]).toMatchObject({
      rows: ROWS,
      plainBytes: Buffer.byteLength(content),
    });
    await this.expectEveryRowOnce(parts.length);
    expect(this.bench.list('profile/deliveries')).toEqual([]);
    expect(this.bench.list('profile/spool')).toEqual([]);
  }

  async expectEveryRowOnce(parts: number): Promise<void> {
    await vi.waitFor(
      async () => {
        const imports = await this.client.imports(this.account);
        expect(imports.filter(({ status }) => status === 'imported')).toHaveLength(parts);
      },
      { timeout: 30_000, interval: 100 },
    );
    expect(await this.importedNotes()).toEqual(events.map(({ note }) => note));
    const imports = await this.client.imports(this.account);
    expect(imports.filter(({ status }) => status !== 'imported')).toEqual([]);
  }

  async #start(): Promise<void> {
    buildCli();
    this.#server = await startSealiftServer({ args: ['--max-sealed-bytes', String(LIMIT)] });
    const { ready, adminToken } = this.#server;
    this.client = new ConsoleClient({ url: ready.http, adminToken });
    this.bench = new Bench();
    makeKeyFile(this.bench.path('identity'));
  }

  async #nextAccount(): Promise<void> {
    this.proxy = await startTcpProxy(this.#server.ready.sftp.port);
    this.account = (await this.client.addAccount('d@example.com')).id;
    const publicKey = await readFile(this.bench.path('identity.pub'), 'utf8');
    await this.client.addSshKey(this.account, { name: 'cli', publicKey });
    const made = await this.client.generatePgpKey(this.account, {
      ...{ name: 'P', email: 'p@example.com' },
      type: 'curve25519',
    });
    this.#keyId = made.keyId;
    await this.bench.file(`${this.account}.asc`, made.publicKey);
  }
}
