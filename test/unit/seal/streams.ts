/** Byte streams for tests. */
import { randomBytes } from 'node:crypto';
import type { ByteSink, ByteSource } from '../../../main/seal/bytes.ts';

/** The bytes in chunks of the given sizes, the last one repeating. */
export async function* chunked(bytes: Uint8Array, ...sizes: number[]): ByteSource {
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const size = Math.max(1, sizes[Math.min(i, sizes.length - 1)] ?? bytes.length);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

export async function collect(source: ByteSource): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

export class Collector implements ByteSink {
  readonly parts: Uint8Array[] = [];

  write(chunk: Uint8Array): Promise<void> {
    this.parts.push(Buffer.from(chunk));
    return Promise.resolve();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.parts);
  }
}

/** Half of it compresses well, half does not at all: what seals must carry both. */
export function mixedBytes(size: number): Buffer {
  const random = randomBytes(Math.ceil(size / 2));
  const text = Buffer.alloc(size - random.length, '2026-01-02,event,café,"a, b"\r\n');
  return Buffer.concat([text, random]);
}
