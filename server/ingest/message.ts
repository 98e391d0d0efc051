/**
 * Opens encrypted messages as a stream. What comes out is NOT yet known to be whole: the integrity
 * check ends with the stream, so whoever reads must keep everything staged until then.
 */
import { createReadStream } from 'node:fs';
import type { ReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { decrypt, readMessage } from 'openpgp';
import type { Message, PrivateKey } from 'openpgp';
import { unlockKeySet } from '../crypto/pgp-key-sets.ts';
import { FileFailure } from '../failure.ts';
import type { SecretKeySet } from '../store/pgp-keys.ts';

/** An all-zero key ID: the sender hid whom the message is for. */
const WILDCARD_KEY_ID = '0000000000000000';
/** 4 MiB, the largest that may be written (RFC 9580, 5.13.2). OpenPGP.js holds several chunks. */
const MAX_CHUNK_SIZE_OCTET = 16;
/** What packet headers may add to opened data: one octet in 512 for partial lengths, and some. */
const HEADER_SHARE = 1 / 256;
const HEADER_BYTES = 64 * 1024;
/** A wait for the disk costs more than a read of this size; OpenPGP.js holds several. */
const READ_BYTES = 512 * 1024;
/** Nothing was read and nothing came out for so long: the message will never be opened. */
const STALL_MS = 60_000;

/**
 * @param maxBytes of opened data; a little more may come out before it is refused
 * @param stallMs for tests; how long nothing may happen
 * @throws FileFailure PASSPHRASE_INVALID, NOT_PGP, KEY_MISMATCH, TOO_LARGE; while iterating DAMAGED
 */
export async function* openMessage(
  path: string,
  keySet: SecretKeySet,
  maxBytes: number,
  stallMs = STALL_MS,
): AsyncGenerator<Uint8Array> {
  const key = await unlock(keySet);
  const input = createReadStream(path, { highWaterMark: READ_BYTES });
  const inTime = <T>(work: Promise<T>): Promise<T> => beforeStall(work, input, stallMs);
  try {
    const message = await inTime(read(input));
    requireRecipient(message, key);
    requireSmallChunks(message);
    try {
      const opening = decrypt({
        message,
        decryptionKeys: key,
        format: 'binary',
        config: {
          allowUnauthenticatedStream: true,
          maxDecompressedMessageSize: Math.ceil(maxBytes * (1 + HEADER_SHARE)) + HEADER_BYTES,
        },
      });
      const opened: unknown = await inTime(opening);
      const { data } = opened as { data: AsyncIterable<Uint8Array> };
      const chunks = data[Symbol.asyncIterator]();
      for (;;) {
        const next = await inTime(chunks.next());
        if (next.done) return;
        yield next.value;
      }
    } catch (error) {
      if (error instanceof FileFailure) throw error;
      throw isTooLarge(error) ? tooLarge(maxBytes, error) : damaged(error);
    }
  } finally {
    input.destroy();
  }
}

/**
 * The work's answer, or DAMAGED. For some messages that are damaged where the encrypted data begins, OpenPGP.js
 * waits for ever for bytes that nobody reads: that must not hold up the imports behind this one.
 */
async function beforeStall<T>(work: Promise<T>, input: ReadStream, stallMs: number): Promise<T> {
  let [bytes, since] = [input.bytesRead, performance.now()];
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      if (input.bytesRead !== bytes) [bytes, since] = [input.bytesRead, performance.now()];
      else if (performance.now() - since > stallMs)
        reject(damaged(new Error('Nothing more comes')));
    }, stallMs / 10);
  });
  try {
    return await Promise.race([work, stalled]);
  } finally {
    clearInterval(timer);
  }
}

async function unlock(keySet: SecretKeySet): Promise<PrivateKey> {
  try {
    return await unlockKeySet(keySet);
  } catch (error) {
    throw new FileFailure(
      'PASSPHRASE_INVALID',
      'The passphrase kept for this Key ID does not open its private key. Register the key set again.',
      {},
      { cause: error },
    );
  }
}

type StreamedMessage = Message<ReadableStream<Uint8Array>>;

async function read(input: Readable): Promise<StreamedMessage> {
  const chunks: AsyncIterator<Buffer> = input[Symbol.asyncIterator]();
  const first = await chunks.next();
  const start: Buffer = first.done ? Buffer.alloc(0) : first.value;
  try {
    // The first octet of a binary message has its high bit set (RFC 9580, 4.2); armor is ASCII.
    const binary = start.length > 0 && start[0]! >= 0x80;
    const message: unknown = binary
      ? await readMessage({ binaryMessage: toWeb(start, chunks, (bytes) => bytes) as never })
      : await readMessage({
          armoredMessage: toWeb(start, chunks, (bytes) => bytes.toString('latin1')) as never,
        });
    return message as StreamedMessage;
  } catch (error) {
    throw new FileFailure(
      'NOT_PGP',
      'The data file is not an OpenPGP message.',
      {},
      { cause: error },
    );
  }
}

function toWeb<T>(
  start: Buffer,
  rest: AsyncIterator<Buffer>,
  convert: (bytes: Buffer) => T,
): ReadableStream<T> {
  let pending: Buffer | undefined = start;
  return new ReadableStream<T>({
    async pull(controller) {
      const next: IteratorResult<Buffer, unknown> =
        pending === undefined ? await rest.next() : { done: false, value: pending };
      pending = undefined;
      if (next.done) controller.close();
      else controller.enqueue(convert(next.value));
    },
    async cancel() {
      await rest.return?.();
    },
  });
}

function requireRecipient(message: StreamedMessage, key: PrivateKey): void {
  const wanted = message.getEncryptionKeyIDs().map((id) => id.toHex());
  if (wanted.length === 0) {
    throw new FileFailure('NOT_PGP', 'The data file is not encrypted to a public key.');
  }
  const own = key.getKeys().map((part) => part.getKeyID().toHex());
  if (wanted.some((id) => id === WILDCARD_KEY_ID || own.includes(id))) return;
  throw new FileFailure(
    'KEY_MISMATCH',
    `The data file is encrypted to ${shownIds(wanted)}, but the key set of this Key ID has ${shownIds(own)}.`,
  );
}

/** A chunk is decrypted as a whole: its size, which the sender names, is memory here. */
function requireSmallChunks(message: StreamedMessage): void {
  for (const packet of message.packets) {
    const { chunkSizeByte } = packet as { readonly chunkSizeByte?: number | null };
    if ((chunkSizeByte ?? 0) <= MAX_CHUNK_SIZE_OCTET) continue;
    throw new FileFailure(
      'TOO_LARGE',
      'The data file is encrypted in chunks of more than 4 MiB, larger than OpenPGP allows. Encrypt it with smaller ones.',
    );
  }
}

function shownIds(ids: readonly string[]): string {
  const SHOWN = 4;
  const listed = ids.slice(0, SHOWN).map((id) => id.toUpperCase());
  return listed.join(', ') + (ids.length > SHOWN ? ' and others' : '');
}

/** OpenPGP.js has no class or code for this failure, only its words. */
function isTooLarge(error: unknown): boolean {
  return (
    error instanceof Error && /Maximum decompressed (message )?size exceeded/.test(error.message)
  );
}

function tooLarge(maxBytes: number, cause: unknown): FileFailure {
  return new FileFailure(
    'TOO_LARGE',
    `The opened data is larger than the ${maxBytes} bytes that the platform takes.`,
    {},
    { cause },
  );
}

function damaged(error: unknown): FileFailure {
  return new FileFailure(
    'DAMAGED',
    'The encrypted data file is damaged, cut short, or without protection of its integrity. Encrypt and send it again.',
    {},
    { cause: error },
  );
}
