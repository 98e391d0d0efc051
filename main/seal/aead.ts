/**
 * The rarely seen AEAD containers, opened by OpenPGP.js: SEIPD version 2 (RFC 9580, section 5.13.2)
 * and GnuPG's tag 20. It checks each chunk before it hands it on, so memory is bounded by the chunk.
 */
import { ReadableStream } from 'node:stream/web';
import * as openpgp from 'openpgp';
import { AppError } from '../../shared/errors/index.ts';
import { openpgpConfig } from '../keys/openpgp-config.ts';
import type { ByteSource, ByteStream } from './bytes.ts';
import { copied, MalformedError, prepend } from './bytes.ts';
import { ByteReader } from './byte-reader.ts';
import type { ContentFacts } from './content.ts';
import { streamedPacket } from './packets.ts';
import type { SessionKey } from './session.ts';
import { StallGuard } from './stall.ts';

/** 2^(octet + 6) bytes: 4 MiB, RFC 9580's upper bound, which GnuPG keeps to as well. */
const MAX_CHUNK_SIZE_OCTET = 16;
/** Version, cipher, mode, chunk size: the same four octets in both kinds. */
const HEADER_BYTES = 4;

/** What OpenPGP.js gives for a stream; its own declaration needs types that are not installed. */
interface OpenedStream {
  readonly data: AsyncIterable<Uint8Array>;
  readonly filename: string;
  readonly signatures: readonly { readonly verified: Promise<true> }[];
}

/**
 * The literal data; unverified until the stream has ended, since a truncated message shows only then.
 *
 * @param body the container's body, from its version octet
 * @throws AppError MESSAGE_UNSUPPORTED, OPENED_TOO_LARGE; MalformedError
 */
export async function* openAead(
  tag: number,
  body: ByteSource,
  session: SessionKey,
  facts: ContentFacts,
  limits: { readonly file: string; readonly maxOpenedBytes: number },
): ByteStream {
  const reader = new ByteReader(body);
  const header = await reader.exactly(HEADER_BYTES);
  if (header[3]! > MAX_CHUNK_SIZE_OCTET) {
    const detail = 'encrypted chunks larger than 4 MiB';
    throw new AppError('MESSAGE_UNSUPPORTED', { file: limits.file, detail });
  }
  const guard = new StallGuard();
  const container = streamedPacket(tag, prepend(header, guard.watch(reader.rest())));
  const config = { ...openpgpConfig, maxDecompressedMessageSize: limits.maxOpenedBytes };
  try {
    const binaryMessage = ReadableStream.from(copied(container)) as unknown as Uint8Array;
    const message = await guard.inTime(openpgp.readMessage({ binaryMessage, config }));
    const opening = openpgp.decrypt({
      message,
      sessionKeys: { data: session.key, algorithm: session.algorithm as 'aes256' },
      format: 'binary',
      config,
    });
    const opened = (await guard.inTime(opening)) as unknown as OpenedStream;
    facts.fileName = opened.filename;
    facts.signed = opened.signatures.length > 0;
    for (const { verified } of opened.signatures) verified.catch(() => undefined);
    yield* guard.each(opened.data);
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (error instanceof Error && error.message.includes('message size exceeded')) {
      const params = { file: limits.file, limitBytes: limits.maxOpenedBytes };
      throw new AppError('OPENED_TOO_LARGE', params, { cause: error });
    }
    throw new MalformedError('AEAD container does not open', { cause: error });
  }
}
