/**
 * The few data types of the SSH wire (RFC 4251 section 5) that key files and host keys are made of,
 * and the SHA-256 fingerprint over them. Reads refuse truncated input.
 */
import { createHash } from 'node:crypto';

/** Reads SSH fields one after the other; throws RangeError when the bytes end too early. */
export class SshReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  uint32(): number {
    return this.take(4).readUInt32BE(0);
  }

  string(): Buffer {
    return this.take(this.uint32());
  }

  text(): string {
    return this.string().toString('latin1');
  }

  take(length: number): Buffer {
    const end = this.#position + length;
    if (end > this.#bytes.length) throw new RangeError('truncated SSH data');
    const taken = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return taken;
  }
}

export function sshUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A length and the bytes; text is written as UTF-8. */
export function sshString(value: Uint8Array | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  return Buffer.concat([sshUint32(bytes.length), bytes]);
}

/** `SHA256:` and unpadded base64, as ssh-keygen prints it. */
export function sha256Fingerprint(publicBlob: Uint8Array): string {
  const digest = createHash('sha256').update(publicBlob).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}
