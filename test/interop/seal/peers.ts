/** The OpenPGP programs that ours has to get along with, each in a home of its own that is removed again. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as openpgp from 'openpgp';
import type { NewKey } from '../../../main/keys/openpgp-keys.ts';
import { makeTestKey, PASSPHRASE } from '../../unit/keys/test-keys.ts';

const run = promisify(execFile);

export interface PeerKey extends NewKey {
  readonly email: string;
}

/** Two keys known to every peer, and a folder for messages. Made once a test file. */
export class Peers {
  /** Kept short: gpg-agent's socket lies in it, and socket paths are limited to 107 bytes. */
  readonly folder: string;
  readonly rsa: PeerKey;
  readonly curve: PeerKey;

  private constructor(folder: string, rsa: PeerKey, curve: PeerKey) {
    this.folder = folder;
    this.rsa = rsa;
    this.curve = curve;
  }

  static async start(): Promise<Peers> {
    const folder = await mkdtemp(join(tmpdir(), 'sl-'));
    const make = async (type: 'rsa3072' | 'curve25519') => {
      const email = `${type}@example.com`;
      return { ...(await makeTestKey({ type, email })), email };
    };
    const peers = new Peers(folder, await make('rsa3072'), await make('curve25519'));
    // `--trust-model always` makes no trust database, and the import of a revocation asks for one.
    await peers.gpg('--trust-model', 'pgp', '--check-trustdb');
    for (const key of peers.keys) {
      await writeFile(peers.path(`${key.email}.public`), key.publicArmored);
      await writeFile(peers.path(`${key.email}.private`), key.privateArmored);
      // sq asks for passphrases at the terminal only, so it gets an open key.
      const privateKey = await openpgp.readPrivateKey({ armoredKey: key.privateArmored });
      const open = await openpgp.decryptKey({ privateKey, passphrase: PASSPHRASE });
      await writeFile(peers.path(`${key.email}.open`), open.armor());
      await peers.gpg('--import', peers.path(`${key.email}.private`));
    }
    return peers;
  }

  get keys(): readonly PeerKey[] {
    return [this.rsa, this.curve];
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Runs gpg in its own home. Its word on success is not asked for here: tests look at the output. */
  async gpg(...args: string[]): Promise<{ stdout: string; stderr: string }> {
    return run(
      'gpg',
      [
        '--homedir',
        this.folder,
        '--batch',
        '--yes',
        '--no-tty',
        '--pinentry-mode',
        'loopback',
        '--passphrase',
        PASSPHRASE,
        '--trust-model',
        'always',
        ...args,
      ],
      { maxBuffer: 100_000_000 },
    );
  }

  async rnp(...args: string[]): Promise<void> {
    const common = ['--homedir', this.folder, '--notty', '--overwrite', '--password', PASSPHRASE];
    await run('rnp', [...common, ...args]);
  }

  /** What each peer makes of a message for the key. */
  async openWith(peer: PeerName, message: string, key: PeerKey): Promise<Buffer> {
    const out = this.path(`${peer}.out`);
    await rm(out, { force: true });
    const privateKey = this.path(`${key.email}.private`);
    if (peer === 'gpg') await this.gpg('--output', out, '--decrypt', message);
    else if (peer === 'rnp')
      await this.rnp('--keyfile', privateKey, '--output', out, '-d', message);
    else {
      const open = this.path(`${key.email}.open`);
      await run('sq', ['decrypt', '--recipient-key', open, '--output', out, message]);
    }
    return readFile(out);
  }

  /** A message that a peer writes. */
  async writeWith(
    peer: PeerName,
    plain: string,
    key: PeerKey,
    form: { compression: PeerCompression; armored: boolean },
  ): Promise<string> {
    const { compression, armored } = form;
    const out = this.path(`${peer}.message`);
    await rm(out, { force: true });
    const publicKey = this.path(`${key.email}.public`);
    if (peer === 'gpg') {
      const options = ['--compress-algo', compression, ...(armored ? ['--armor'] : [])];
      await this.gpg(...options, '-r', key.email, '--output', out, '--encrypt', plain);
    } else if (peer === 'rnp') {
      const name = compression === 'bzip2' ? '--bzip' : `--${compression}`;
      const options = compression === 'none' ? ['-z', '0'] : [name];
      await this.rnp(
        ...['--keyfile', publicKey, '-r', key.email, ...options],
        ...(armored ? ['--armor'] : []),
        ...['--output', out, '-e', plain],
      );
    } else {
      const options = ['--compression', compression, ...(armored ? [] : ['--binary'])];
      const recipient = ['--recipient-cert', publicKey];
      await run('sq', ['encrypt', ...options, ...recipient, '--output', out, plain]);
    }
    return out;
  }

  async stop(): Promise<void> {
    await run('gpgconf', ['--homedir', this.folder, '--kill', 'all']);
    await rm(this.folder, { recursive: true, force: true });
  }
}

export const PEERS = ['gpg', 'sq', 'rnp'] as const;
export type PeerName = (typeof PEERS)[number];

export const PEER_COMPRESSIONS = ['none', 'zip', 'zlib', 'bzip2'] as const;
export type PeerCompression = (typeof PEER_COMPRESSIONS)[number];
