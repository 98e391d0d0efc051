/**
 * Opens an encrypted OpenPGP message from a stream, in constant memory. Version 1 SEIPD, which nearly
 * every message is, is read by this room; AEAD containers go through OpenPGP.js (see aead.ts).
 */
import { createHash } from 'node:crypto';
import { LIMITS } from '../../shared/domain/manifest.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { UnlockedKey } from '../keys/unlocked-key.ts';
import { openAead } from './aead.ts';
import { abortable, MalformedError, prepend, pump, tap, throwIfAborted } from './bytes.ts';
import type { ByteSink, ByteSource, ByteStream } from './bytes.ts';
import { ByteReader } from './byte-reader.ts';
import { literalData } from './content.ts';
import type { ContentFacts } from './content.ts';
import { dearmor } from './dearmor.ts';
import { gatheredAhead } from './gather.ts';
import { drain, nextPacket, NotAPacketError, readBody } from './packet-reader.ts';
import type { IncomingPacket } from './packet-reader.ts';
import { TAG } from './packets.ts';
import { decryptWithMdc, isReadableCipher, SEIPD_VERSION_1 } from './seipd.ts';
import { findSession, recipientKeyId, WILDCARD_KEY_ID } from './session.ts';
import type { SessionKey } from './session.ts';

/** What the sink gets at a time. */
const WRITE_BYTES = 256 * 1024;

export interface OpenRequest {
  /** Armored or binary. */
  readonly source: ByteSource;
  /** The message's shown name, for errors. */
  readonly file: string;
  readonly keys: readonly UnlockedKey[];
  /** Stops decompression bombs. Default: the spec's limit for opened data, 5,000,000,000. */
  readonly maxOpenedBytes?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: OpenProgress) => void;
}

export interface OpenProgress {
  readonly sealedBytes: number;
  readonly openedBytes: number;
}

export interface OpenOutcome extends OpenProgress, Readonly<ContentFacts> {
  /** SHA-256 of the content, lower-case hex. */
  readonly openedSha256: string;
}

/**
 * Decrypts into the sink. **The sink must keep what it gets from being used until this resolves**:
 * only then is the integrity of the whole message known. `openFile` has such sinks.
 *
 * @throws AppError NOT_PGP, NOT_ENCRYPTED, NO_KEY_FITS, ENCRYPTED_WITH_PASSWORD, NO_INTEGRITY, DAMAGED, OPENED_TOO_LARGE,
 *   MESSAGE_UNSUPPORTED, CANCELLED, and what source and sink throw. The sink's bytes are then worthless.
 */
export async function open(request: OpenRequest, sink: ByteSink): Promise<OpenOutcome> {
  const { file, signal, onProgress } = request;
  const facts: ContentFacts = { fileName: '', signed: false };
  const hash = createHash('sha256');
  let sealedBytes = 0;
  let openedBytes = 0;
  const source = tap(abortable(request.source, signal), (chunk) => {
    sealedBytes += chunk.length;
  });
  const counted: ByteSink = {
    async write(chunk) {
      const written = sink.write(chunk);
      hash.update(chunk);
      await written;
      openedBytes += chunk.length;
      onProgress?.({ sealedBytes, openedBytes });
    },
  };
  try {
    const reader = new ByteReader(dearmor(source, file));
    const { container, pkesks } = await findContainer(reader, file);
    const verification = { done: false };
    const content = await openContainer(container, pkesks, request, facts, () => {
      verification.done = true;
    });
    await pump(gatheredAhead(limited(content, request), WRITE_BYTES), counted, signal);
    await expectEnd(reader);
    if (!verification.done) throw new MalformedError('integrity not established');
  } catch (error) {
    // OpenPGP.js wraps what its source throws, a cancellation too.
    throwIfAborted(signal);
    if (error instanceof MalformedError) throw new AppError('DAMAGED', { file }, { cause: error });
    throw error;
  }
  return { ...facts, sealedBytes, openedBytes, openedSha256: hash.digest('hex') };
}

/** An encrypted message has a few of these; the cap bounds the work that a hostile one can ask for. */
const MAX_SESSION_PACKETS = 256;
const MAX_SESSION_PACKET_BYTES = 8 * 1024;

const UNENCRYPTED_KINDS: Readonly<Record<number, string>> = {
  [TAG.literal]: 'plain data',
  [TAG.compressed]: 'compressed data',
  [TAG.onePassSignature]: 'signed data',
  [TAG.signature]: 'a signature',
  [TAG.publicKey]: 'a public key',
  [TAG.secretKey]: 'a private key',
};

interface Envelope {
  readonly container: IncomingPacket;
  /** Bodies of the packets that carry the session key. */
  readonly pkesks: readonly Uint8Array[];
}

/** Reads up to the encrypted container. */
async function findContainer(reader: ByteReader, file: string): Promise<Envelope> {
  const pkesks: Uint8Array[] = [];
  for (;;) {
    const next = await nextPacket(reader).catch((error: unknown) => {
      const isOther = error instanceof NotAPacketError && pkesks.length === 0;
      throw isOther ? new AppError('NOT_PGP', { file }, { cause: error }) : error;
    });
    if (!next) throw new MalformedError('no encrypted data');
    const { tag, body } = next;
    if (tag === TAG.seipd || tag === TAG.gnupgAead) return { container: next, pkesks };
    if (tag === TAG.encryptedWithoutIntegrity) throw new AppError('NO_INTEGRITY', { file });
    const kind = UNENCRYPTED_KINDS[tag];
    if (kind) throw new AppError('NOT_ENCRYPTED', { file, kind });
    if (tag === TAG.pkesk) {
      if (pkesks.length === MAX_SESSION_PACKETS) {
        const detail = `more than ${MAX_SESSION_PACKETS} recipients`;
        throw new AppError('MESSAGE_UNSUPPORTED', { file, detail });
      }
      pkesks.push(await readBody(body, MAX_SESSION_PACKET_BYTES));
    } else if (tag === TAG.skesk || tag === TAG.marker || tag === TAG.padding) {
      await drain(body);
    } else {
      throw new AppError('NOT_PGP', { file });
    }
  }
}

/** The content of the container, as it decrypts. `onVerified` runs when its integrity is known. */
async function openContainer(
  { tag, body }: IncomingPacket,
  pkesks: readonly Uint8Array[],
  request: OpenRequest,
  facts: ContentFacts,
  onVerified: () => void,
): Promise<ByteStream> {
  const { file } = request;
  const session = await requireSession(pkesks, request);
  const reader = new ByteReader(body);
  const version = await reader.byte();
  if (version === undefined) throw new MalformedError('unexpected end');

  if (tag === TAG.seipd && version === SEIPD_VERSION_1) {
    const { algorithm, key } = session;
    if (algorithm === null) throw new MalformedError('session key of another version');
    if (!isReadableCipher(algorithm)) {
      throw new AppError('MESSAGE_UNSUPPORTED', { file, detail: `the cipher ${algorithm}` });
    }
    const content = decryptWithMdc(reader.rest(), { algorithm, key }, onVerified);
    return literalData(content, facts, (stream) => limited(stream, request, FRAMING_ALLOWANCE));
  }
  if (version !== (tag === TAG.seipd ? 2 : 1)) {
    const detail = `encrypted data of version ${version}`;
    throw new AppError('MESSAGE_UNSUPPORTED', { file, detail });
  }
  const whole = prepend(Uint8Array.of(version), reader.rest());
  const maxOpenedBytes = maxOpened(request);
  return whenDone(openAead(tag, whole, session, facts, { file, maxOpenedBytes }), onVerified);
}

async function requireSession(
  pkesks: readonly Uint8Array[],
  { file, keys }: OpenRequest,
): Promise<SessionKey> {
  const { session, addressed } = await findSession(pkesks, keys);
  if (session) return session;
  if (addressed) throw new MalformedError('session key does not open');
  if (pkesks.length === 0) throw new AppError('ENCRYPTED_WITH_PASSWORD', { file });
  const ids = pkesks.map(recipientKeyId);
  const named = [...new Set(ids)].map((id) => (id === WILDCARD_KEY_ID ? 'an unnamed key' : id));
  throw new AppError('NO_KEY_FITS', { file, keyIds: named.join(', ') });
}

/** Packet headers and signatures around the content, which count while it is decompressed. */
const FRAMING_ALLOWANCE = 1024 * 1024;

function maxOpened(request: OpenRequest): number {
  return request.maxOpenedBytes ?? LIMITS.openedBytes;
}

async function* limited(source: ByteStream, request: OpenRequest, allowance = 0): ByteStream {
  const limitBytes = maxOpened(request);
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > limitBytes + allowance) {
      throw new AppError('OPENED_TOO_LARGE', { file: request.file, limitBytes });
    }
    yield chunk;
  }
}

async function* whenDone(source: ByteStream, onDone: () => void): ByteStream {
  yield* source;
  onDone();
}

/** Nothing but marker and padding may follow the container. */
async function expectEnd(reader: ByteReader): Promise<void> {
  for (;;) {
    const next = await nextPacket(reader);
    if (!next) return;
    if (next.tag !== TAG.marker && next.tag !== TAG.padding) {
      throw new MalformedError('more data after the message');
    }
    await drain(next.body);
  }
}
