/**
 * What a server shows to prove who it is, and the form of a decision about it.
 * The decisions themselves are in known-hosts.ts.
 */
import { describePublicBlob } from './ssh-private-key.ts';

/** A host key as the server presented it. */
export interface PresentedHostKey {
  readonly host: string;
  readonly port: number;
  /** As SSH names it: `ssh-ed25519`, `ssh-rsa`. */
  readonly type: string;
  /** `SHA256:` and unpadded base64, as ssh-keygen prints it. */
  readonly sha256: string;
  /** The public key as in known_hosts. */
  readonly base64: string;
}

/** Decides about a presented host key: returns to accept it, throws an AppError to refuse it. */
export interface HostKeyVerifier {
  (key: PresentedHostKey): Promise<void>;
  /**
   * Key types on record for a host. They are asked for first, so that a server with several host
   * keys shows the one that is known instead of looking changed.
   */
  readonly knownTypes?: (host: string, port: number) => Promise<readonly string[]>;
}

/** Signature algorithms for host keys, best first. Neither DSA nor RSA with SHA-1. */
const HOST_KEY_ALGORITHMS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;
export type HostKeyAlgorithm = (typeof HOST_KEY_ALGORITHMS)[number];

/** All algorithms, those of the known key types first. */
export function hostKeyAlgorithms(knownTypes: readonly string[]): HostKeyAlgorithm[] {
  const isKnown = (algorithm: HostKeyAlgorithm) => knownTypes.includes(keyTypeOf(algorithm));
  return [
    ...HOST_KEY_ALGORITHMS.filter(isKnown),
    ...HOST_KEY_ALGORITHMS.filter((algorithm) => !isKnown(algorithm)),
  ];
}

/** RFC 8332: the key type stays `ssh-rsa` whatever hash its signatures use. */
function keyTypeOf(algorithm: HostKeyAlgorithm): string {
  return algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm;
}

export function presentHostKey(host: string, port: number, blob: Buffer): PresentedHostKey {
  const { type, sha256 } = describePublicBlob(blob);
  return { host, port, type, sha256, base64: blob.toString('base64') };
}
