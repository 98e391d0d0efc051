/** Messages between us and the peers, judged by the content that comes out, never by an exit status alone. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect } from 'vitest';
import { chooseRecipient, unlockKey } from '../../../main/keys/openpgp-keys.ts';
import type { UnlockedKey } from '../../../main/keys/openpgp-keys.ts';
import { openFile, sealFile } from '../../../main/seal/seal-file.ts';
import type { Compression } from '../../../main/seal/seal.ts';
import { PASSPHRASE } from '../../unit/keys/test-keys.ts';
import { mixedBytes } from '../../unit/seal/streams.ts';
import { PEERS, Peers } from './peers.ts';
import type { PeerCompression, PeerKey, PeerName } from './peers.ts';

export const MIB = 1024 * 1024;
/** Where length encodings, our chunks and the peers' buffers change. */
const SIZES = [0, 1, 191, 192, 8383, 8384, 65_535, 65_536, MIB - 1, MIB, MIB + 1];
/** `turn` says which key, form or compression is this one's, where not all are. */
export const CASES = SIZES.map((size, turn) => ({ size, turn }));
export const COMPRESSIONS: readonly Compression[] = ['none', 1, 6, 9];

export class Exchange {
  peers!: Peers;
  #keys!: UnlockedKey[];

  /** For all tests of a file. */
  static use(): Exchange {
    const exchange = new Exchange();
    beforeAll(async () => {
      exchange.peers = await Peers.start();
      const { keys } = exchange.peers;
      exchange.#keys = await Promise.all(
        keys.map((key) => unlockKey(key.privateArmored, PASSPHRASE)),
      );
    });
    afterAll(() => exchange.peers.stop());
    return exchange;
  }

  async writePlain(size: number): Promise<{ path: string; bytes: Buffer }> {
    const bytes = mixedBytes(size);
    const path = this.peers.path('data.csv');
    await writeFile(path, bytes);
    return { path, bytes };
  }

  async sealTo(key: PeerKey, inputPath: string, compress: Compression): Promise<string> {
    const outputPath = this.peers.path('data.csv.asc');
    const recipient = await chooseRecipient(key.publicArmored);
    await sealFile({ inputPath, outputPath, recipient, compress, overwrite: true });
    return outputPath;
  }

  async openOurs(inputPath: string): Promise<{ bytes: Buffer; fileName: string }> {
    const outputPath = this.peers.path('opened');
    await rm(outputPath, { force: true });
    const { fileName } = await openFile({ inputPath, outputPath, keys: this.#keys });
    return { bytes: await readFile(outputPath), fileName };
  }

  /** Sealed by us, opened by every peer. @param keyIndex of the peers' keys, counted round */
  async toPeers(size: number, compress: Compression, keyIndex: number): Promise<void> {
    const plain = await this.writePlain(size);
    const key = this.peers.keys[keyIndex % this.peers.keys.length]!;
    const message = await this.sealTo(key, plain.path, compress);
    for (const peer of PEERS) {
      expectSame(await this.peers.openWith(peer, message, key), plain.bytes);
    }
  }

  /** Written by a peer, opened by us. @param turn decides on the armor, and every second time on the key */
  async fromPeer(
    peer: PeerName,
    compression: PeerCompression,
    size: number,
    turn: number,
  ): Promise<void> {
    const plain = await this.writePlain(size);
    const form = { compression, armored: turn % 2 === 0 };
    const key = this.peers.keys[Math.floor(turn / 2) % this.peers.keys.length]!;
    const message = await this.peers.writeWith(peer, plain.path, key, form);
    expectSame((await this.openOurs(message)).bytes, plain.bytes);
  }
}

/** Compares without printing megabytes when it fails. */
export function expectSame(actual: Buffer, expected: Buffer): void {
  expect(actual.length).toBe(expected.length);
  expect(actual.equals(expected)).toBe(true);
}
