/** Encrypted messages: whatever is done to one, it opens to what was sealed or to nothing. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMessage, encrypt, generateKey, readKey, unarmor } from 'openpgp';
import { chooseRecipient, unlockKey, type UnlockedKey } from '../../main/keys/openpgp-keys.ts';
import { MalformedError } from '../../main/seal/bytes.ts';
import { dearmor } from '../../main/seal/dearmor.ts';
import { open } from '../../main/seal/open.ts';
import { seal } from '../../main/seal/seal.ts';
import { openMessage } from '../../server/ingest/message.ts';
import type { SecretKeySet } from '../../server/store/pgp-keys.ts';
import { chunksOf, outcomeOf, sizeClass, streamOf, type Target } from './target.ts';

const PLAIN = Buffer.from('identity,evtName\r\nalice,Purchased\r\n'.repeat(8));
const MAX_BYTES = 1024 * 1024;
/** Messages of a few hundred bytes: a busy machine takes a part of that. */
const STALL_MS = 2000;
const PASSPHRASE = 'correct horse';
const words = [
  ...['-----BEGIN PGP MESSAGE-----\n', '-----END PGP MESSAGE-----', '\n', '\n\n', '=', 'A', ':'],
  ...['\xc1', '\xd2', '\xca', '\xff', '\xe0', '\x01', '\x02', '\0'],
];

interface Hands {
  readonly messages: readonly Buffer[];
  readonly keys: readonly UnlockedKey[];
  readonly keySet: SecretKeySet;
}

/** One key set for both sides and messages in all the forms that are read. Made when first asked for. */
let made: Promise<Hands> | undefined;
function hands(): Promise<Hands> {
  made ??= makeHands();
  return made;
}

async function makeHands(): Promise<Hands> {
  // The server unlocks its key for each message: with few rounds, so that inputs and not rounds count.
  const { publicKey: publicArmored, privateKey: privateArmored } = await generateKey({
    type: 'curve25519',
    userIDs: { name: 'A', email: 'a@b.io' },
    passphrase: PASSPHRASE,
    config: { s2kIterationCountByte: 0 },
  });
  const recipient = await chooseRecipient(publicArmored);
  const encryptionKeys = await readKey({ armoredKey: publicArmored });
  const messages: Buffer[] = [];
  for (const compress of ['none', 6] as const) {
    const parts: Uint8Array[] = [];
    const source = streamOf([PLAIN]);
    await seal(
      { source, fileName: 'd.csv', recipient, compress },
      {
        write: (part) => Promise.resolve(void parts.push(part)),
      },
    );
    messages.push(Buffer.concat(parts));
  }
  for (const compression of [0, 1, 2]) {
    const config = { preferredCompressionAlgorithm: compression };
    const message = await createMessage({ binary: PLAIN });
    messages.push(Buffer.from(await encrypt({ message, encryptionKeys, config })));
  }
  const binaries = await Promise.all(
    messages.map(async (message) => {
      return Buffer.from((await unarmor(message.toString('latin1'))).data as Uint8Array);
    }),
  );
  return {
    messages: [...messages, ...binaries],
    keys: [await unlockKey(privateArmored, PASSPHRASE)],
    keySet: { keyId: 'k', fingerprint: '', publicArmored, privateArmored, passphrase: PASSPHRASE },
  };
}

const seeds = async (): Promise<readonly Buffer[]> => (await hands()).messages;

/** How the app's opener fails and its place in the message is of no use as an answer: the code is. */
const appMessage: Target = {
  name: 'app-message',
  seeds,
  words,
  run: (input) =>
    outcomeOf(async () => {
      const { keys } = await hands();
      const parts: Uint8Array[] = [];
      const source = streamOf(chunksOf(input));
      await open(
        { source, file: 'm', keys, maxOpenedBytes: MAX_BYTES },
        {
          write: (part) => Promise.resolve(void parts.push(part)),
        },
      );
      assert.ok(Buffer.concat(parts).equals(PLAIN), 'a damaged message opened to something else');
      return 'opened';
    }),
};

const serverMessage: Target = {
  name: 'server-message',
  seeds,
  words,
  run: (input) =>
    outcomeOf(async () => {
      const { keySet } = await hands();
      const folder = mkdtempSync(join(tmpdir(), 'sealift-fuzz-'));
      try {
        const path = join(folder, 'm');
        writeFileSync(path, input);
        const parts: Uint8Array[] = [];
        for await (const part of openMessage(path, keySet, MAX_BYTES, STALL_MS)) parts.push(part);
        assert.ok(Buffer.concat(parts).equals(PLAIN), 'a damaged message opened to something else');
        return 'opened';
      } finally {
        rmSync(folder, { recursive: true });
      }
    }),
};

const armor: Target = {
  name: 'armor',
  seeds,
  words,
  run: (input) =>
    outcomeOf(async () => {
      let bytes = 0;
      try {
        for await (const part of dearmor(streamOf(chunksOf(input)), 'm')) bytes += part.length;
      } catch (error) {
        // Its callers turn this one into DAMAGED.
        if (error instanceof MalformedError) return error.message;
        throw error;
      }
      return `${sizeClass(bytes)}`;
    }),
};

export const messageTargets = [appMessage, serverMessage, armor];
