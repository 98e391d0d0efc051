/** Encrypted messages: whatever is done to one, it opens to what was sealed or to nothing. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  armor as openpgpArmor,
  createMessage,
  encrypt,
  encryptSessionKey,
  enums,
  generateKey,
  readKey,
  unarmor,
  type PublicKey,
} from 'openpgp';
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
  /** With an MDC (SEIPD version 1). */
  readonly messages: readonly Buffer[];
  /** With AEAD (SEIPD version 2), in each of its modes. */
  readonly aeadMessages: readonly Buffer[];
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
        write: (part) => Promise.resolve(void parts.push(Buffer.from(part))),
      },
    );
    messages.push(Buffer.concat(parts));
  }
  for (const compression of [0, 1, 2]) {
    const config = { preferredCompressionAlgorithm: compression };
    const message = await createMessage({ binary: PLAIN });
    messages.push(Buffer.from(await encrypt({ message, encryptionKeys, config })));
  }
  const aeadMessages = await Promise.all(
    AEAD_MODES.map((mode) => aeadMessage(encryptionKeys, mode)),
  );
  return {
    messages: [...messages, ...(await withoutArmor(messages))],
    aeadMessages: [...aeadMessages, ...(await withoutArmor(aeadMessages))],
    keys: [await unlockKey(privateArmored, PASSPHRASE)],
    keySet: { keyId: 'k', fingerprint: '', publicArmored, privateArmored, passphrase: PASSPHRASE },
  };
}

const AEAD_MODES = ['eax', 'ocb', 'gcm'] as const;

/** Armored. In chunks of 64 bytes, the least that there is: the plain text is some of them. */
async function aeadMessage(
  encryptionKeys: PublicKey,
  aeadAlgorithm: (typeof AEAD_MODES)[number],
): Promise<Buffer> {
  const session = { data: randomBytes(32), algorithm: 'aes256', aeadAlgorithm } as const;
  const config = { aeadProtect: true, aeadChunkSizeByte: 0 };
  const pkesk = await encryptSessionKey({ ...session, encryptionKeys, format: 'binary', config });
  const message = await createMessage({ binary: PLAIN });
  const sealed = await encrypt({ message, sessionKey: session, format: 'binary', config });
  const bytes = Buffer.concat([pkesk, sealed as Uint8Array]);
  return Buffer.from(openpgpArmor(enums.armor.message, bytes));
}

async function withoutArmor(messages: readonly Buffer[]): Promise<Buffer[]> {
  const opened = await Promise.all(messages.map((one) => unarmor(one.toString('latin1'))));
  return opened.map(({ data }) => Buffer.from(data as Uint8Array));
}

const seeds = async (): Promise<readonly Buffer[]> => (await hands()).messages;
const aeadSeeds = async (): Promise<readonly Buffer[]> => (await hands()).aeadMessages;

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
          write: (part) => Promise.resolve(void parts.push(Buffer.from(part))),
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

const appAead: Target = { ...appMessage, name: 'app-aead', seeds: aeadSeeds };
const serverAead: Target = { ...serverMessage, name: 'server-aead', seeds: aeadSeeds };

export const messageTargets = [appMessage, appAead, serverMessage, serverAead, armor];
