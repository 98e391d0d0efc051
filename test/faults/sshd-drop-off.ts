/** OpenSSH's sshd as drop-off: a folder for each delivery, opened with GnuPG. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { GpgKeys } from '../integration/cli/harness.ts';
import { giveToAccount, startSshd } from '../helpers/sshd.ts';
import type { Sshd } from '../helpers/sshd.ts';
import { startTcpProxy } from '../helpers/tcp-proxy.ts';
import type { TcpProxy } from '../helpers/tcp-proxy.ts';
import { SmallDisk } from '../helpers/tmpfs.ts';
import type { Arrival, DropOff } from './drop-off.ts';

const DISK_MIB = 512;
const EMAIL = 'platform@example.com';
const KEY_ID = '6f0d9d2e-3c3e-4a53-9f0c-0d4fb5d7a6b1';

export class SshdDropOff implements DropOff {
  readonly name = 'sshd';
  readonly proxy: TcpProxy;
  readonly disk: SmallDisk | undefined;
  readonly #sshd: Sshd;
  readonly #gpg: GpgKeys;
  #isUp = true;

  private constructor(sshd: Sshd, gpg: GpgKeys, proxy: TcpProxy, disk: SmallDisk | undefined) {
    this.#sshd = sshd;
    this.#gpg = gpg;
    this.proxy = proxy;
    this.disk = disk;
  }

  static async start(gpg: GpgKeys, canMount: boolean): Promise<SshdDropOff> {
    await gpg.addKey(EMAIL, 'encrypt');
    const sshd = await startSshd();
    const disk = canMount ? SmallDisk.mount(sshd.rootDir, DISK_MIB) : undefined;
    giveToAccount(sshd.rootDir);
    return new SshdDropOff(sshd, gpg, await startTcpProxy(sshd.port), disk);
  }

  async prepare(delivery: string): Promise<void> {
    await mkdir(this.#folder(delivery));
    giveToAccount(this.#folder(delivery));
  }

  sendArgs(delivery: string): string[] {
    const { username, identityPath } = this.#sshd;
    return [
      ...['--to', `sftp://${username}@127.0.0.1:${this.proxy.port}/~/${delivery}`],
      ...['--identity', identityPath, '--recipient', `${EMAIL}.public.asc`, '--key-id', KEY_ID],
    ];
  }

  async kill(): Promise<void> {
    this.#isUp = false;
    await this.#sshd.kill();
  }

  async ensureUp(): Promise<boolean> {
    if (this.#isUp) return false;
    await this.#sshd.restart();
    this.#isUp = true;
    return true;
  }

  async arrival(delivery: string): Promise<Arrival> {
    const names = await readdir(this.#folder(delivery));
    const manifests = names.filter((name) => name.endsWith('.manifest') && !name.startsWith('.'));
    const notes: string[] = [];
    const faults: string[] = [];
    const dataNames: string[] = [];
    for (const manifest of manifests) {
      try {
        const text = await readFile(join(this.#folder(delivery), manifest), 'utf8');
        const { fileName } = JSON.parse(text) as { fileName: string };
        const sealed = await readFile(join(this.#folder(delivery), fileName));
        notes.push(...notesOf(this.#gpg.gpg(['--decrypt'], sealed)));
        dataNames.push(fileName);
      } catch (error) {
        faults.push(`${manifest} has no data that can be opened: ${String(error)}`);
      }
    }
    const known = new Set([...manifests, ...dataNames]);
    const others = names.filter((name) => !known.has(name));
    const halves = others.filter((name) => !name.endsWith('.sealift-part'));
    faults.push(...halves.map((name) => `${name} has a final name and no manifest`));
    const leftovers = others.filter((name) => name.endsWith('.sealift-part'));
    return { notes, dataNames: dataNames.sort(), faults, leftovers };
  }

  async stop(): Promise<void> {
    await this.proxy.stop();
    this.disk?.unmount();
    await this.ensureUp();
    await this.#sshd.stop();
  }

  #folder(delivery: string): string {
    return join(this.#sshd.rootDir, delivery);
  }
}

function notesOf(csv: Buffer): string[] {
  return parse<{ note: string }>(csv, { columns: true }).map(({ note }) => note);
}
