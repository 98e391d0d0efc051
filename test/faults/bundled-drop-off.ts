/** The bundled server as drop-off: one account, whose imports tell what was taken. */
import { mkdtempSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ConsoleClient } from '../../main/console/client.ts';
import type { ImportRecord } from '../../shared/domain/import.ts';
import { startSealiftServer } from '../helpers/sealift-server.ts';
import type { SealiftServer } from '../helpers/sealift-server.ts';
import { makeKeyFile } from '../helpers/sshd.ts';
import { startTcpProxy } from '../helpers/tcp-proxy.ts';
import type { TcpProxy } from '../helpers/tcp-proxy.ts';
import { SmallDisk } from '../helpers/tmpfs.ts';
import type { Bench } from '../integration/cli/harness.ts';
import { isOf } from './drop-off.ts';
import type { Arrival, DropOff } from './drop-off.ts';
import { eventName } from './data.ts';

/** The database with all rows of a long run, and its log. */
const DISK_MIB = 1_500;
const IMPORT_TIME_MS = 60_000;
const LOOK_EVERY_MS = 100;
const PAGE = 1_000;

interface Parts {
  readonly folder: string;
  readonly proxy: TcpProxy;
  readonly disk: SmallDisk | undefined;
  readonly identity: string;
}

export class BundledDropOff implements DropOff {
  readonly name = 'bundled server';
  readonly #parts: Parts;
  #server: SealiftServer;
  #account = '';
  #keyId = '';

  private constructor(server: SealiftServer, parts: Parts) {
    this.#server = server;
    this.#parts = parts;
  }

  /** @param bench gets the keys: `bundled-identity`, `bundled.asc` */
  static async start(bench: Bench, canMount: boolean): Promise<BundledDropOff> {
    const folder = mkdtempSync(join(tmpdir(), 'sealift-faults-'));
    const disk = canMount ? SmallDisk.mount(folder, DISK_MIB) : undefined;
    const identity = makeKeyFile(bench.path('bundled-identity'));
    const server = await startSealiftServer({ dataDir: join(folder, 'data') });
    const proxy = await startTcpProxy(server.ready.sftp.port);
    const dropOff = new BundledDropOff(server, { folder, proxy, disk, identity });
    await dropOff.#register(bench);
    return dropOff;
  }

  get proxy(): TcpProxy {
    return this.#parts.proxy;
  }

  get disk(): SmallDisk | undefined {
    return this.#parts.disk;
  }

  async prepare(): Promise<void> {
    // All deliveries share the account's folder.
  }

  sendArgs(): string[] {
    return [
      ...['--to', `sftp://${this.#account}@127.0.0.1:${this.proxy.port}/`],
      ...['--identity', this.#parts.identity, '--recipient', 'bundled.asc'],
      ...['--key-id', this.#keyId],
    ];
  }

  kill(): Promise<void> {
    return this.#server.kill();
  }

  async ensureUp(): Promise<boolean> {
    if (!this.#server.isOver) return false;
    this.#server = await startSealiftServer({ dataDir: join(this.#parts.folder, 'data') });
    this.proxy.targetPort = this.#server.ready.sftp.port;
    return true;
  }

  async arrival(delivery: string, parts: number): Promise<Arrival> {
    const imports = await this.#settledImports(delivery, parts);
    const bad = imports.filter(({ status }) => status !== 'imported');
    const left = (await this.#files()).filter((name) => isOf(delivery, name));
    return {
      notes: await this.#notes(delivery),
      dataNames: imports.map(({ fileName }) => fileName).sort(),
      faults: bad.map((one) => this.#describe(one)),
      leftovers: left,
    };
  }

  async stop(): Promise<void> {
    await this.proxy.stop();
    await this.#server.stop();
    this.disk?.unmount();
    await rm(this.#parts.folder, { recursive: true, force: true });
  }

  /** What became of an import, with what the server's log says of it. */
  #describe({ id, manifest, status, problems }: ImportRecord): string {
    const told = problems.map(({ code, message }) => `${code} ${message}`);
    const logged = this.#server.log().split('\n');
    const errors = logged.filter((line) => line.includes(id) && line.includes('"level":"error"'));
    return [`${manifest}: ${status}`, ...told, ...errors].join(' ');
  }

  get #console(): ConsoleClient {
    const { ready, adminToken } = this.#server;
    return new ConsoleClient({ url: ready.http, adminToken });
  }

  async #register(bench: Bench): Promise<void> {
    this.#account = (await this.#console.addAccount('d@example.com')).id;
    const publicKey = await readFile(`${this.#parts.identity}.pub`, 'utf8');
    await this.#console.addSshKey(this.#account, { name: 'cli', publicKey });
    const made = await this.#console.generatePgpKey(this.#account, {
      ...{ name: 'P', email: 'p@example.com' },
      type: 'curve25519',
    });
    this.#keyId = made.keyId;
    await bench.file('bundled.asc', made.publicKey);
  }

  /** Waits until no manifest of it waits to be picked up, and every import has its verdict. */
  async #settledImports(delivery: string, parts: number): Promise<ImportRecord[]> {
    const deadline = Date.now() + IMPORT_TIME_MS;
    let settledLooks = 0;
    for (;;) {
      const waiting = (await this.#files()).some(
        (name) => isOf(delivery, name) && !name.startsWith('.') && name.endsWith('.manifest'),
      );
      const all = await this.#console.imports(this.#account);
      const own = all.filter(({ manifest }) => isOf(delivery, manifest));
      const isSettled =
        !waiting && own.length >= parts && own.every(({ finishedAt }) => finishedAt !== null);
      settledLooks = isSettled ? settledLooks + 1 : 0;
      // Between its removal from the folder and its entry a manifest is nowhere.
      if (settledLooks === 2 || Date.now() > deadline) return own;
      await wait(LOOK_EVERY_MS);
    }
  }

  async #notes(delivery: string): Promise<string[]> {
    const notes: string[] = [];
    for (let after: string | undefined; ;) {
      const query = { name: eventName(delivery), limit: PAGE, ...(after && { after }) };
      const page = await this.#console.events(this.#account, query);
      notes.push(...page.items.map((item) => (item['properties'] as { note: string }).note));
      if (!page.next) return notes;
      after = page.next;
    }
  }

  #files(): Promise<string[]> {
    return readdir(join(this.#parts.folder, 'data/accounts', this.#account)).catch(() => []);
  }
}
