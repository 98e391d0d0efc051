/**
 * Seals a stream of bytes into an armored OpenPGP message, in constant memory.
 * Stages: literal packet → compressed packet → encryption → armor, each in its own file; how they share the
 * cores is in docs/adr/sealing-on-all-cores.md.
 */
import { createHash } from 'node:crypto';
import type { Recipient } from '../keys/recipient.ts';
import { ArmorWriter } from './armor-writer.ts';
import { builtThread } from './built-thread.ts';
import type { ThreadName } from './built-thread.ts';
import { abortable, prepend, tap, untilAborted } from './bytes.ts';
import type { ByteSink, ByteSource, ByteStream } from './bytes.ts';
import { COMPRESSION } from './compression.ts';
import type { CompressionChoice } from './compression.ts';
import type { Deflation } from './deflation.ts';
import { literalHeader, streamedPacket, TAG } from './packets.ts';
import { encryptWithMdc } from './seipd.ts';
import { newSession } from './session.ts';
import { SealedSize } from './sealed-size.ts';

export type { ByteSink } from './bytes.ts';
export type { Compression } from './compression.ts';
export { DEFAULT_COMPRESSION } from './compression.ts';

export interface SealRequest {
  /** The bytes; or what gives them and looks at the size to which the message grows. */
  readonly source: ByteSource | ((size: SealedSize) => ByteSource);
  /** For a source that looks at the size: what it may grow to, at least roughly. */
  readonly limitBytes?: number;
  /** Base name that the message carries; empty for none. */
  readonly fileName: string;
  readonly recipient: Recipient;
  readonly compress: CompressionChoice;
  readonly signal?: AbortSignal;
  /** Built threads by their paths. Default: those beside the program, where there are any. */
  readonly threads?: Readonly<Partial<Record<ThreadName, string>>>;
  /** Called for every piece that the sink has taken. */
  readonly onProgress?: (progress: SealProgress) => void;
}

export interface SealProgress {
  readonly plainBytes: number;
  readonly sealedBytes: number;
}

export interface SealOutcome extends SealProgress {
  /** SHA-256 as lower-case hex. */
  readonly plainSha256: string;
  readonly sealedSha256: string;
}

/**
 * Writes the sealed message into the sink, at the sink's pace. The form is fixed by the spec
 * ("The encrypted message and the keys"): version 3 PKESK, version 1 SEIPD with AES-256, ZIP or no
 * compression. The same source sealed twice gives different bytes: the session key is new each time.
 *
 * @throws AppError CANCELLED, KEY_INVALID, KEY_CANNOT_ENCRYPT, and what source and sink throw.
 *   What the sink has taken until then is worthless and must be discarded.
 */
export async function seal(request: SealRequest, sink: ByteSink): Promise<SealOutcome> {
  const plain = new Meter();
  let sealedBytes = 0;
  const thread = (name: ThreadName): string | undefined =>
    request.threads?.[name] ?? builtThread(name);
  const { session, pkesk } = await newSession(request.recipient);
  const header = literalHeader(request.fileName, new Date());
  const size = new SealedSize({
    compress: request.compress,
    pkeskBytes: pkesk.length,
    headerBytes: header.length,
    limitBytes: request.limitBytes,
    deflateThread: thread('deflate-thread'),
  });
  const meteredSink: ByteSink = {
    async write(chunk) {
      await sink.write(chunk);
      sealedBytes += chunk.length;
      request.onProgress?.({ plainBytes: plain.bytes, sealedBytes });
    },
  };
  const writer = new ArmorWriter(meteredSink, thread('armor-thread'));
  try {
    const wanted = typeof request.source === 'function' ? request.source(size) : request.source;
    const source = tap(abortable(wanted, request.signal), (chunk) => {
      plain.add(chunk);
      size.addPlain(chunk.length);
    });
    const literal = tap(
      streamedPacket(TAG.literal, prepend(header, source), size.chunkBits),
      (chunk) => size.addFramed(chunk.length),
    );
    const encrypted = streamedPacket(
      TAG.seipd,
      encryptWithMdc(compressed(literal, size.deflation), session),
    );
    for await (const chunk of prepend(pkesk, encrypted)) {
      await untilAborted(writer.write(chunk), request.signal);
    }
    const facts = await untilAborted(writer.end(), request.signal);
    return { plainBytes: plain.bytes, plainSha256: plain.sha256(), ...facts };
  } finally {
    writer.close();
    session.key.fill(0);
  }
}

function compressed(content: ByteStream, deflation: Deflation | undefined): ByteSource {
  if (!deflation) return content;
  return streamedPacket(
    TAG.compressed,
    prepend(Uint8Array.of(COMPRESSION.zip), deflation.run(content)),
  );
}

/** Counts and hashes what passes. */
class Meter {
  bytes = 0;
  readonly #hash = createHash('sha256');

  add(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    this.#hash.update(chunk);
  }

  sha256(): string {
    return this.#hash.digest('hex');
  }
}
