/**
 * Symmetrically encrypted, integrity protected data, version 1 (RFC 9580, section 5.13.1): cipher
 * feedback mode and a SHA-1 modification detection code, both from node:crypto. Framing is not here.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  getCiphers,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import type { ByteSource, ByteStream } from './bytes.ts';
import { MalformedError } from './bytes.ts';
import { release } from './recycle.ts';
import type { CipherKey } from './session.ts';

export const SEIPD_VERSION_1 = 1;

/** Header of the MDC packet: tag 19, 20 octets (section 5.13.1). */
const MDC_HEADER = Uint8Array.of(0xd3, 0x14);
const MDC_BYTES = MDC_HEADER.length + 20;

/** What is added to the content: the version, a block and two octets before it, the MDC behind it. */
export const SEIPD_EXTRA_BYTES = 1 + 16 + 2 + MDC_BYTES;

/** Ciphers as node:crypto knows them, by OpenPGP.js's names. CFB with 128-bit (3DES: 64-bit) feedback. */
const CIPHERS: Readonly<Record<string, { name: string; blockBytes: number }>> = {
  aes128: { name: 'aes-128-cfb', blockBytes: 16 },
  aes192: { name: 'aes-192-cfb', blockBytes: 16 },
  aes256: { name: 'aes-256-cfb', blockBytes: 16 },
  tripledes: { name: 'des-ede3-cfb', blockBytes: 8 },
};

/** node:crypto gives a new buffer each time; see recycle.ts for why it is not larger. */
const PIECE_BYTES = 64 * 1024;

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

/** Electron's cryptography has AES-128 and AES-256 in this mode and neither AES-192 nor triple DES. */
export function isReadableCipher(algorithm: string): boolean {
  const cipher = CIPHERS[algorithm];
  return cipher !== undefined && getCiphers().includes(cipher.name);
}

/** Encrypts content; yields the packet's whole body: version, ciphertext, MDC. */
export async function* encryptWithMdc(content: ByteSource, session: CipherKey): ByteStream {
  const { name, blockBytes } = CIPHERS[session.algorithm]!;
  const cipher = createCipheriv(name, session.key, Buffer.alloc(blockBytes));
  const digest = createHash('sha1');

  // The prefix takes the place of an initialisation vector; its last two octets come twice.
  const random = randomBytes(blockBytes);
  const prefix = Buffer.concat([random, random.subarray(-2)]);
  digest.update(prefix);
  yield Buffer.concat([Uint8Array.of(SEIPD_VERSION_1), cipher.update(prefix)]);

  for await (const chunk of content) {
    digest.update(chunk);
    for (const piece of pieces(chunk)) {
      const encrypted = cipher.update(piece);
      yield encrypted;
      release(encrypted);
    }
  }
  digest.update(MDC_HEADER);
  yield Buffer.concat([cipher.update(MDC_HEADER), cipher.update(digest.digest()), cipher.final()]);
}

/**
 * Decrypts a packet's body after its version octet. The content it yields is **unverified** until
 * the stream has ended without an error: keep it where nobody uses it, and read to the end.
 * The repeated prefix octets are not compared, since answering to them early would be an oracle;
 * the MDC covers them.
 *
 * @param onVerified called when the MDC was found right, after the last byte
 * @throws MalformedError if the MDC is missing or wrong
 */
export async function* decryptWithMdc(
  body: ByteSource,
  session: CipherKey,
  onVerified: () => void,
): ByteStream {
  const { name, blockBytes } = CIPHERS[session.algorithm]!;
  const decipher = createDecipheriv(name, session.key, Buffer.alloc(blockBytes));
  const digest = createHash('sha1');

  let prefixLeft = blockBytes + 2;
  // The last bytes wait in front of the next ones, since they may be the MDC.
  const window = Buffer.allocUnsafeSlow(MDC_BYTES + PIECE_BYTES);
  let held = 0;
  for await (const chunk of body) {
    for (const piece of pieces(chunk)) {
      const decrypted = decipher.update(piece);
      window.set(decrypted, held);
      const filled = held + decrypted.length;
      release(decrypted);
      held = Math.min(filled, MDC_BYTES);
      const content = window.subarray(0, filled - held);
      digest.update(content);
      const skipped = Math.min(prefixLeft, content.length);
      prefixLeft -= skipped;
      if (content.length > skipped) yield content.subarray(skipped);
      window.copyWithin(0, filled - held, filled);
    }
  }

  if (prefixLeft > 0 || held !== MDC_BYTES) throw new MalformedError('message too short');
  const expected = digest.update(MDC_HEADER).digest();
  if (!timingSafeEqual(window.subarray(0, held), Buffer.concat([MDC_HEADER, expected]))) {
    throw new MalformedError('modification detected');
  }
  onVerified();
}
