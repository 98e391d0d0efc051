/** OpenSSH public keys, and the keys that the server makes for itself. */
import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { ApiError } from '../failure.ts';

const MIN_RSA_BITS = 2048;
const ACCEPTED_TYPES = [
  'ssh-ed25519',
  'ssh-rsa',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
];

export interface PublicKey {
  readonly type: string;
  /** The key's SSH wire form, base64. */
  readonly blob: string;
  /** As ssh-keygen prints it. */
  readonly sha256: string;
}

/**
 * Reads one line of an OpenSSH `.pub` file.
 * @throws ApiError 400
 */
export function readPublicKey(text: string): PublicKey {
  const parsed = parseOne(text.trim());
  if (!parsed) {
    throw new ApiError(
      400,
      'SSH_KEY_UNREADABLE',
      'This is not an OpenSSH public key: one line such as "ssh-ed25519 AAAA… name".',
    );
  }
  if (parsed.isPrivateKey()) {
    throw new ApiError(400, 'SSH_KEY_IS_PRIVATE', 'This is a private key. Send its .pub file.');
  }
  const blob = parsed.getPublicSSH();
  if (!ACCEPTED_TYPES.includes(parsed.type)) {
    throw new ApiError(400, 'SSH_KEY_TYPE', `Keys of the type ${parsed.type} are not accepted.`);
  }
  if (parsed.type === 'ssh-rsa' && rsaBits(blob) < MIN_RSA_BITS) {
    throw new ApiError(400, 'SSH_KEY_TYPE', `An RSA key needs at least ${MIN_RSA_BITS} bits.`);
  }
  return { type: parsed.type, blob: blob.toString('base64'), sha256: sha256Of(blob) };
}

/**
 * A new Ed25519 key in OpenSSH's format. ssh2 drops a leading zero byte of the public half, so
 * that one key in 256 comes out malformed: such a key is thrown away and another made.
 */
export function makeSshKey(): string {
  for (;;) {
    const { private: made } = ssh2.utils.generateKeyPairSync('ed25519', { comment: 'sealift' });
    if (parseOne(made)) return made;
  }
}

/** The public half as a line of `authorized_keys`. */
export function publicLineOf(privateKey: string): string {
  const parsed = parseOne(privateKey);
  if (!parsed) throw new Error('A made key cannot be read');
  return `${parsed.type} ${parsed.getPublicSSH().toString('base64')} sealift`;
}

/** The fingerprint that clients see of a private host key. */
export function hostKeySha256(privateKey: string): string {
  const parsed = parseOne(privateKey);
  if (!parsed) throw new Error('The stored host key cannot be read');
  return sha256Of(parsed.getPublicSSH());
}

/** What checks the signatures of a registered key. */
export function verifierOf(type: string, blob: string): ParsedKey | undefined {
  return parseOne(`${type} ${blob}`);
}

function parseOne(text: string): ParsedKey | undefined {
  try {
    const parsed = ssh2.utils.parseKey(text) as ParsedKey | ParsedKey[] | Error;
    const key = Array.isArray(parsed) ? parsed[0] : parsed;
    return key instanceof Error ? undefined : key;
  } catch {
    return undefined;
  }
}

function sha256Of(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** Size of the modulus, the third string of the wire form (RFC 4253, 6.6). */
function rsaBits(blob: Buffer): number {
  let at = 0;
  for (let skipped = 0; skipped < 2; skipped += 1) at += 4 + blob.readUInt32BE(at);
  const modulus = blob.subarray(at + 4, at + 4 + blob.readUInt32BE(at));
  const start = modulus[0] === 0 ? 1 : 0;
  return (modulus.length - start) * 8 - Math.clz32(modulus[start] ?? 0) + 24;
}
