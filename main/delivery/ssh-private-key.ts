/**
 * Reads SSH private keys in every form users have them: OpenSSH's own, and PEM (PKCS#1, SEC1, PKCS#8).
 * ssh2 reads OpenSSH's form; PEM goes through node:crypto, which knows PKCS#8 and tells a wrong
 * passphrase from damage. Nothing here writes or keeps a key.
 */
import { createPrivateKey, randomBytes, type KeyObject } from 'node:crypto';
import ssh2, { type ParsedKey } from 'ssh2';
import { AppError } from '../../shared/errors/index.ts';
import { SshReader, sha256Fingerprint, sshString, sshUint32 } from './ssh-wire.ts';

/** The half of an SSH key that may be shown. */
export interface SshPublicHalf {
  /** As SSH names it: `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`. */
  readonly type: string;
  /** `SHA256:` and unpadded base64. */
  readonly sha256: string;
  /** The line for `authorized_keys`, without a comment. */
  readonly line: string;
}

/** An opened private key, ready to sign. Lives in memory only. */
export interface SshPrivateKey {
  readonly signer: ParsedKey;
  readonly publicHalf: SshPublicHalf;
}

const MAX_KEY_FILE_BYTES = 64 * 1024;
/** A key file may ask for any number of bcrypt rounds; ssh-keygen writes 16 or 24, careful people 100. */
const MAX_BCRYPT_ROUNDS = 1024;
const OPENSSH_MAGIC = 'openssh-key-v1\0';
const SUPPORTED_TYPES = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
];
const SSH_CURVES = ['prime256v1', 'secp384r1', 'secp521r1'];

/** Message of the error with which a signer answers when a server wants SHA-1. */
export const SHA1_REFUSED = 'SHA-1 signatures are refused';

interface KeyBlock {
  /** The label between BEGIN and END. */
  readonly label: string;
  readonly pem: string;
}

/**
 * Opens a private key.
 *
 * @throws AppError SSH_KEY_NOT_PRIVATE, SSH_KEY_IS_PUBLIC, SSH_KEY_IS_OPENPGP, SSH_KEY_PUTTY,
 *   SSH_KEY_IS_CERTIFICATE, SSH_KEY_PASSPHRASE_NEEDED, SSH_KEY_PASSPHRASE_WRONG, SSH_KEY_UNSUPPORTED,
 *   SSH_KEY_DAMAGED
 */
export function readSshPrivateKey(key: Uint8Array | string, passphrase?: string): SshPrivateKey {
  const block = findPrivateBlock(key);
  const signer =
    block.label === 'OPENSSH PRIVATE KEY'
      ? openOpenSsh(block, passphrase)
      : openPem(block, passphrase);
  return { signer: withoutSha1(signer), publicHalf: describePublicBlob(signer.getPublicSSH()) };
}

/**
 * Reads the public half of a private key. OpenSSH's form keeps it in the clear, so that no passphrase
 * is needed there; PEM encrypts both halves together.
 *
 * @throws AppError as {@link readSshPrivateKey}
 */
export function readSshPublicHalf(key: Uint8Array | string, passphrase?: string): SshPublicHalf {
  const block = findPrivateBlock(key);
  if (block.label !== 'OPENSSH PRIVATE KEY') return readSshPrivateKey(key, passphrase).publicHalf;
  return describePublicBlob(readOpenSshHeader(block).publicBlob);
}

/** Type, fingerprint and line of a public key given as SSH writes it on the wire. */
export function describePublicBlob(blob: Buffer): SshPublicHalf {
  const type = new SshReader(blob).text();
  return { type, sha256: sha256Fingerprint(blob), line: `${type} ${blob.toString('base64')}` };
}

/** Finds the private key in the text and names the mistake when there is none. */
function findPrivateBlock(key: Uint8Array | string): KeyBlock {
  const text = typeof key === 'string' ? key : Buffer.from(key).toString('utf8');
  if (text.length > MAX_KEY_FILE_BYTES) throw new AppError('SSH_KEY_NOT_PRIVATE');
  if (/^\uFEFF?PuTTY-User-Key-File-/.test(text)) throw new AppError('SSH_KEY_PUTTY');
  if (text.includes('-----BEGIN PGP ')) throw new AppError('SSH_KEY_IS_OPENPGP');
  const found = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----[^-]*(?:-[^-]+)*-----END \1-----/.exec(
    text,
  );
  if (found?.[1] !== undefined) return { label: found[1], pem: found[0] };
  if (/^\s*[\w@.-]+-cert-v01@openssh\.com /.test(text)) {
    throw new AppError('SSH_KEY_IS_CERTIFICATE');
  }
  if (text.includes('PRIVATE KEY-----')) throw new AppError('SSH_KEY_DAMAGED');
  if (/BEGIN (?:[A-Z0-9 ]*PUBLIC KEY|CERTIFICATE) ?----/.test(text) || isPublicLine(text)) {
    throw new AppError('SSH_KEY_IS_PUBLIC');
  }
  throw new AppError('SSH_KEY_NOT_PRIVATE');
}

function isPublicLine(text: string): boolean {
  return /^\s*(?:ssh-|ecdsa-|sk-)[\w@.-]+ [A-Za-z0-9+/]{16}/.test(text);
}

interface OpenSshHeader {
  readonly encrypted: boolean;
  readonly publicBlob: Buffer;
}

/** The clear part of OpenSSH's private key file (openssh-portable, PROTOCOL.key). */
function readOpenSshHeader(block: KeyBlock): OpenSshHeader {
  try {
    const body = block.pem
      .split(/\r?\n|\r/)
      .slice(1, -1)
      .join('');
    const reader = new SshReader(Buffer.from(body, 'base64'));
    if (reader.take(OPENSSH_MAGIC.length).toString('latin1') !== OPENSSH_MAGIC) {
      throw new RangeError('not openssh-key-v1');
    }
    const encrypted = reader.text() !== 'none';
    reader.text();
    checkBcryptRounds(reader.string());
    if (reader.uint32() !== 1) throw new RangeError('not exactly one key');
    const publicBlob = reader.string();
    const type = new SshReader(publicBlob).text();
    if (!SUPPORTED_TYPES.includes(type)) {
      throw new AppError('SSH_KEY_UNSUPPORTED', { detail: `its type is ${printable(type)}` });
    }
    return { encrypted, publicBlob };
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('SSH_KEY_DAMAGED', {}, { cause });
  }
}

function checkBcryptRounds(kdfOptions: Buffer): void {
  if (kdfOptions.length === 0) return;
  const options = new SshReader(kdfOptions);
  options.string();
  if (options.uint32() > MAX_BCRYPT_ROUNDS) {
    const detail = `it asks for more than ${MAX_BCRYPT_ROUNDS} rounds of key derivation`;
    throw new AppError('SSH_KEY_UNSUPPORTED', { detail });
  }
}

function openOpenSsh(block: KeyBlock, passphrase: string | undefined): ParsedKey {
  const header = readOpenSshHeader(block);
  if (header.encrypted && !passphrase) throw new AppError('SSH_KEY_PASSPHRASE_NEEDED');
  // ssh2 wants line ends of one kind; old tools write a lone CR.
  const parsed = parseKey(block.pem.split(/\r?\n|\r/).join('\n'), passphrase);
  if (!(parsed instanceof Error)) return parsed;
  if (/bad passphrase|unable to authenticate/i.test(parsed.message)) {
    throw new AppError('SSH_KEY_PASSPHRASE_WRONG');
  }
  if (/unsupported (cipher|kdf)/i.test(parsed.message)) {
    throw new AppError('SSH_KEY_UNSUPPORTED', {
      detail: 'its type or encryption is not known here',
    });
  }
  throw new AppError('SSH_KEY_DAMAGED');
}

function openPem(block: KeyBlock, passphrase: string | undefined): ParsedKey {
  const encrypted =
    block.label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type: *4, *ENCRYPTED/m.test(block.pem);
  if (encrypted && !passphrase) throw new AppError('SSH_KEY_PASSPHRASE_NEEDED');
  const parsed = parseKey(toSsh2Form(importPem(block.pem, encrypted, passphrase)));
  if (parsed instanceof Error) throw new AppError('SSH_KEY_DAMAGED');
  return parsed;
}

function importPem(pem: string, encrypted: boolean, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(encrypted && { passphrase }) });
  } catch (error) {
    if (error instanceof Error && isUnsupported(error.message)) {
      throw new AppError('SSH_KEY_UNSUPPORTED', {
        detail: 'its type or encryption is not known here',
      });
    }
    // A wrong passphrase shows as bad padding, or now and then as nonsense that passed the padding.
    throw new AppError(encrypted ? 'SSH_KEY_PASSPHRASE_WRONG' : 'SSH_KEY_DAMAGED');
  }
}

/** OpenSSL's decoder says "unsupported" of anything that is not a key at all. */
function isUnsupported(message: string): boolean {
  return /unsupported|unknown[ _](cipher|prf|kdf)/i.test(message) && !/DECODER/.test(message);
}

/** The key in a form that ssh2 reads: it knows PKCS#1 and SEC1, but Ed25519 from OpenSSH files only. */
function toSsh2Form(key: KeyObject): string {
  const type = key.asymmetricKeyType ?? 'unknown';
  if (type === 'rsa') return key.export({ type: 'pkcs1', format: 'pem' }).toString();
  if (type === 'ed25519') return ed25519ToOpenSsh(key);
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (type === 'ec' && curve !== undefined && SSH_CURVES.includes(curve)) {
    return key.export({ type: 'sec1', format: 'pem' }).toString();
  }
  const detail =
    type === 'ec' ? `SSH does not know its curve ${curve ?? ''}` : `its type is ${type}`;
  throw new AppError('SSH_KEY_UNSUPPORTED', { detail });
}

/** Wraps an Ed25519 key as an unencrypted openssh-key-v1 text, for memory only. */
function ed25519ToOpenSsh(key: KeyObject): string {
  const jwk = key.export({ format: 'jwk' });
  const secret = Buffer.from(jwk.d ?? '', 'base64url');
  const point = Buffer.from(jwk.x ?? '', 'base64url');
  const check = randomBytes(4);
  const publicBlob = Buffer.concat([sshString('ssh-ed25519'), sshString(point)]);
  const fields = Buffer.concat([
    check,
    check,
    publicBlob,
    sshString(Buffer.concat([secret, point])),
    sshString(''),
  ]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (fields.length % 8)) % 8));
  const file = Buffer.concat([
    Buffer.from(OPENSSH_MAGIC, 'latin1'),
    sshString('none'),
    sshString('none'),
    sshString(''),
    sshUint32(1),
    sshString(publicBlob),
    sshString(Buffer.concat([fields, padding])),
  ]);
  const lines = file.toString('base64').replace(/(.{70})/g, '$1\n');
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/** ssh2 falls back to SHA-1 for RSA keys when a server names no better hash; this signer does not. */
function withoutSha1(signer: ParsedKey): ParsedKey {
  const sign = signer.sign.bind(signer);
  signer.sign = (data, algorithm) => {
    const outdated = signer.type === 'ssh-rsa' && (algorithm ?? 'sha1') === 'sha1';
    // ssh2 takes a returned Error as the reason; its published types do not say so.
    return outdated ? (new Error(SHA1_REFUSED) as unknown as Buffer) : sign(data, algorithm);
  };
  return signer;
}

/** ssh2 returns its errors; some of its parsers throw all the same. */
function parseKey(text: string, passphrase?: string): ParsedKey | Error {
  try {
    return ssh2.utils.parseKey(text, passphrase);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 60);
}
