/** One large file, a real sshd and a line between them that a test can break: for tests of the pipeline itself. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { SendContext, SendPlan, SendSecrets } from '../../../main/jobs/send-job.ts';
import { chooseRecipient, makeKey, unlockKey } from '../../../main/keys/openpgp-keys.ts';
import type { UnlockedKey } from '../../../main/keys/openpgp-keys.ts';
import { openFile } from '../../../main/seal/seal-file.ts';
import { giveToAccount, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { startTcpProxy } from '../../helpers/tcp-proxy.ts';
import type { TcpProxy } from '../../helpers/tcp-proxy.ts';

export const MIB = 1024 * 1024;
export const KEY_ID = 'ec491319-9823-48cd-b6a1-6bb0bc666d75';
export const TEMPORARY = /^\.orders\.csv\.asc(\.\d+)?\.[0-9a-f]{8}\.sealift-part$/;

/** Large enough to be sealed for longer than it takes to log in. */
const LARGE_MIB = 24;

export class SendBench {
  folder = '';
  sourcePath = '';
  sshd!: Sshd;
  secrets!: SendSecrets;
  /** Anew for each test. */
  proxy!: TcpProxy;
  plan!: SendPlan;
  /** The folder on the server. */
  remote = '';
  #platformKey!: UnlockedKey;
  #basePlan!: Omit<SendPlan, 'target' | 'jobId'>;

  readonly #dataMib: number;

  private constructor(dataMib: number) {
    this.#dataMib = dataMib;
  }

  /** For all tests of a file. @param dataMib of rows in each test */
  static use(dataMib = LARGE_MIB): SendBench {
    const bench = new SendBench(dataMib);
    beforeAll(() => bench.#start());
    afterAll(async () => {
      await bench.sshd.stop();
      await rm(bench.folder, { recursive: true });
    });
    beforeEach(() => bench.#begin());
    afterEach(() => bench.proxy.stop());
    return bench;
  }

  async #start(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'sealift-send-'));
    this.sourcePath = join(this.folder, 'orders.csv');
    this.sshd = await startSshd();
    this.secrets = { privateKey: await readFile(this.sshd.identityPath, 'utf8') };
    const made = await makeKey({
      ...{ name: 'P', email: 'p@example.com', type: 'curve25519' },
      ...{ expires: 'never', passphrase: 'x' },
    });
    this.#platformKey = await unlockKey(made.privateArmored, 'x');
    this.#basePlan = {
      sourcePath: this.sourcePath,
      sourceName: 'orders.csv',
      manifestText: JSON.stringify({
        ...{ fileName: 'orders.csv.asc', type: 'event', clientEmail: 'd@example.com' },
        keyId: KEY_ID,
      }),
      dataName: 'orders.csv.asc',
      manifestName: 'orders.csv.manifest',
      recipient: await chooseRecipient(made.publicArmored),
      hostKey: { type: 'ssh-ed25519', sha256: this.sshd.hostKeySha256 },
      overwrite: false,
      acceptRejected: false,
      convert: false,
      compress: 'none',
      verify: 'size',
      finalNames: 'rename',
      maxSealedBytes: 1_000_000_000,
      spoolDir: join(this.folder, 'spool'),
      journalDir: join(this.folder, 'deliveries'),
    };
  }

  async #begin(): Promise<void> {
    this.remote = join(this.sshd.rootDir, 'in');
    await rm(this.remote, { recursive: true, force: true });
    await mkdir(this.remote);
    giveToAccount(this.remote);
    await this.writeData();
    const { username } = this.sshd;
    const target = { host: '127.0.0.1', port: 0, username, directory: 'in' };
    this.plan = { ...this.#basePlan, jobId: randomUUID(), target };
    await this.newLine();
  }

  /** @param delayMs on the way, in either direction */
  async newLine(delayMs = 0): Promise<void> {
    this.proxy = await startTcpProxy(this.sshd.port, delayMs);
    this.plan = { ...this.plan, target: { ...this.plan.target, port: this.proxy.port } };
  }

  /** Sound rows. */
  async writeData(mib = this.#dataMib): Promise<void> {
    const row = `u1,Bought,${randomBytes(90).toString('base64')}\n`;
    const block = Buffer.from(row.repeat(Math.floor(MIB / row.length)));
    const file = await open(this.sourcePath, 'w');
    await file.write('identity,evtName,note\n');
    for (let i = 0; i < mib; i += 1) await file.write(block);
    await file.close();
  }

  onServer(): Promise<string[]> {
    return readdir(this.remote);
  }

  /** Bytes under temporary names. */
  async bytesAhead(): Promise<number> {
    const names = (await this.onServer()).filter((name) => TEMPORARY.test(name));
    const sizes = names.map((name) =>
      stat(join(this.remote, name))
        .then(({ size }) => size)
        .catch(() => 0),
    );
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  }

  async expectDelivered(plainPath = this.sourcePath): Promise<void> {
    expect(await this.onServer()).toEqual(['orders.csv.asc', 'orders.csv.manifest']);
    const outputPath = join(this.folder, 'opened.csv');
    const inputPath = join(this.remote, 'orders.csv.asc');
    await openFile({ inputPath, outputPath, keys: [this.#platformKey], overwrite: true });
    expect((await readFile(outputPath)).equals(await readFile(plainPath))).toBe(true);
  }
}

export const SILENT: SendContext = { onStep: () => undefined, onProgress: () => undefined };
