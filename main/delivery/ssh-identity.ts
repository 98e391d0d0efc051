/** Makes SSH key pairs. Keeping them is the key store's work. */
import ssh2 from 'ssh2';
import { readSshPublicHalf, type SshPublicHalf } from './ssh-private-key.ts';

export interface NewSshKey {
  /** Ends the public line, so that people recognise the key in a list; no line breaks. */
  readonly comment: string;
  /** Absent: the private key is not encrypted by itself. */
  readonly passphrase?: string;
}

export interface SshKeyPair extends SshPublicHalf {
  /** OpenSSH's format. Secret. */
  readonly privateKey: string;
}

/** ssh-keygen's own default; each costs time on every login with the key. */
const BCRYPT_ROUNDS = 24;

/** Makes an Ed25519 key pair. The `line` of the result carries the comment. */
export function makeSshKey(request: NewSshKey): SshKeyPair {
  const comment = request.comment.replace(/\p{Cc}+/gu, ' ').trim();
  const privateKey = generate(comment, request.passphrase);
  const half = readSshPublicHalf(privateKey, request.passphrase);
  return { ...half, line: `${half.line} ${comment}`.trimEnd(), privateKey };
}

/**
 * ssh2 drops a leading zero byte of the public half, so that one key in 256 comes out malformed:
 * such a key is thrown away and another made.
 */
function generate(comment: string, passphrase: string | undefined): string {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', {
      comment,
      ...(passphrase && { passphrase, cipher: 'aes256-ctr', rounds: BCRYPT_ROUNDS }),
    });
    if (!(ssh2.utils.parseKey(pair.private, passphrase) instanceof Error)) return pair.private;
  }
}
