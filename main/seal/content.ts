/**
 * What is inside the encrypted container: a literal packet, perhaps compressed, perhaps signed.
 * All of it is unverified while it streams; the container's own end tells whether it may be used.
 */
import type { ByteStream } from './bytes.ts';
import { MalformedError } from './bytes.ts';
import { bunzip2 } from './bunzip2.ts';
import { ByteReader } from './byte-reader.ts';
import { COMPRESSION, inflate } from './compression.ts';
import { drain, nextPacket } from './packet-reader.ts';
import { TAG } from './packets.ts';

/** Compressed in compressed is legal and never useful; a hostile one never ends. */
const MAX_DEPTH = 3;

/** Found on the way; complete when the stream has ended. */
export interface ContentFacts {
  /** As the sender wrote it: hostile, and never a path to write to. */
  fileName: string;
  /** There are signatures. They are not checked. */
  signed: boolean;
}

/**
 * The literal data. Reads everything around it to the end as well.
 *
 * @param limit applied to whatever is decompressed
 * @throws MalformedError where the content is not exactly one piece of data
 */
export async function* literalData(
  source: ByteStream,
  facts: ContentFacts,
  limit: (stream: ByteStream) => ByteStream,
  depth = 0,
): ByteStream {
  const reader = new ByteReader(source);
  let found = false;
  for (;;) {
    const packet = await nextPacket(reader);
    if (!packet) break;
    const { tag, body } = packet;
    if (tag === TAG.literal || tag === TAG.compressed) {
      if (found) throw new MalformedError('more than one piece of content');
      found = true;
      if (tag === TAG.literal) yield* literalBody(body, facts);
      else yield* literalData(limit(await decompressed(body, depth)), facts, limit, depth + 1);
    } else if (tag === TAG.onePassSignature || tag === TAG.signature) {
      facts.signed = true;
      await drain(body);
    } else if (tag === TAG.marker || tag === TAG.padding) {
      await drain(body);
    } else {
      throw new MalformedError('unexpected packet in the content');
    }
  }
  if (!found) throw new MalformedError('no content');
}

async function* literalBody(body: ByteStream, facts: ContentFacts): ByteStream {
  const reader = new ByteReader(body);
  const [, nameBytes] = await reader.exactly(2);
  facts.fileName = (await reader.exactly(nameBytes!)).toString('utf8');
  await reader.exactly(4); // the date
  yield* reader.rest();
}

async function decompressed(body: ByteStream, depth: number): Promise<ByteStream> {
  if (depth >= MAX_DEPTH) throw new MalformedError('compressed too many times');
  const reader = new ByteReader(body);
  const algorithm = await reader.byte();
  switch (algorithm) {
    case COMPRESSION.none:
      return reader.rest();
    case COMPRESSION.zip:
    case COMPRESSION.zlib:
      return inflate(reader.rest(), algorithm);
    case COMPRESSION.bzip2:
      return bunzip2(reader.rest());
    default:
      throw new MalformedError('unknown compression');
  }
}
