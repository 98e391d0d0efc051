/** Reads OpenPGP keys from bytes of any origin: armored or binary, several in one file. No storage. */
import * as openpgp from 'openpgp';
import type { Key } from 'openpgp';
import type { KeySet } from '../../shared/domain/key-set.ts';
import { AppError } from '../../shared/errors/index.ts';
import { describeKey, idOf } from './assess-key.ts';
import { openpgpConfig } from './openpgp-config.ts';

export const MAX_KEY_FILE_BYTES = 10 * 1024 * 1024;

export interface ReadKey {
  readonly fingerprint: string;
  readonly publicArmored: string;
  /** Absent when only the public half was read. Protected by its passphrase as it was in the file. */
  readonly privateArmored?: string;
  readonly keySet: KeySet;
}

/**
 * Reads every key in the bytes: what `gpg --export`, `--export-secret-keys` and
 * `--export-secret-subkeys` write, or several of those in one file.
 *
 * @throws AppError KEY_UNREADABLE, KEY_FILE_TOO_LARGE, KEY_VERSION_UNSUPPORTED
 */
export async function readKeys(bytes: Uint8Array, now = new Date()): Promise<ReadKey[]> {
  const keys = await parseKeys(bytes);
  try {
    return await Promise.all(keys.map((key) => toReadKey(key, now)));
  } catch (cause) {
    // OpenPGP.js takes some damaged secret parts in and stumbles when it writes them.
    throw new AppError('KEY_UNREADABLE', { reason: 'it is damaged' }, { cause });
  }
}

async function toReadKey(key: Key, now: Date): Promise<ReadKey> {
  const hasPrivateKey = key.isPrivate();
  const described = await describeKey(key, { hasPrivateKey, hasPassphrase: false }, now);
  return {
    fingerprint: idOf(key),
    publicArmored: key.toPublic().armor(),
    ...(hasPrivateKey ? { privateArmored: key.armor() } : {}),
    keySet: { ...described, registrations: [] },
  };
}

/**
 * The one key in the bytes or text.
 *
 * @throws AppError KEY_SEVERAL and what readKeys throws
 */
export async function parseOneKey(input: Uint8Array | string): Promise<Key> {
  const keys = await parseKeys(typeof input === 'string' ? Buffer.from(input, 'utf8') : input);
  if (keys.length > 1) throw new AppError('KEY_SEVERAL', { count: keys.length });
  return keys[0]!;
}

/** At least one key, all of version 4. */
async function parseKeys(bytes: Uint8Array): Promise<Key[]> {
  if (bytes.length > MAX_KEY_FILE_BYTES) {
    throw new AppError('KEY_FILE_TOO_LARGE', { limitBytes: MAX_KEY_FILE_BYTES });
  }
  // The first bit of a packet is set; no armor begins with such a byte, UTF-8's mark excepted.
  const binary = bytes.length > 0 && (bytes[0]! & 0x80) !== 0 && !startsWithUtf8Mark(bytes);
  const blocks = binary ? [bytes] : await unarmorBlocks(bytes);
  const keys = (await Promise.all(blocks.map(parseBinaryKeys))).flat();
  for (const { keyPacket } of keys) {
    if (keyPacket.version !== 4) throw versionUnsupported(keyPacket.version);
  }
  return keys;
}

function startsWithUtf8Mark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

const KEY_BLOCK_BEGIN = /-----BEGIN PGP (PUBLIC|PRIVATE) KEY BLOCK-----/g;

async function unarmorBlocks(bytes: Uint8Array): Promise<Uint8Array[]> {
  const text = Buffer.from(bytes).toString('utf8');
  const blocks = keyBlocksOf(text);
  if (blocks.length === 0) {
    throw new AppError('KEY_UNREADABLE', { reason: whyNoKey(text) });
  }
  try {
    return await Promise.all(blocks.map(unarmorBlock));
  } catch (cause) {
    throw new AppError('KEY_UNREADABLE', { reason: 'its armor is damaged' }, { cause });
  }
}

/** From each BEGIN line to its END line. Not in one regular expression: BEGINs without end would make it quadratic. */
function keyBlocksOf(text: string): string[] {
  const blocks: string[] = [];
  const without = new Set<string>();
  let last = 0;
  for (const begin of text.matchAll(KEY_BLOCK_BEGIN)) {
    const [, kind = ''] = begin;
    if (begin.index < last || without.has(kind)) continue;
    const endLine = `-----END PGP ${kind} KEY BLOCK-----`;
    const end = text.indexOf(endLine, begin.index);
    if (end < 0) {
      without.add(kind);
      continue;
    }
    last = end + endLine.length;
    blocks.push(text.slice(begin.index, last));
  }
  return blocks;
}

/** SSH keys in all their forms: public lines, OpenSSH's private format, PEM and PuTTY's. */
const SSH_KEY =
  /^(ssh-|ecdsa-sha2-|sk-)[a-z0-9@.-]+ AAAA|-----BEGIN (OPENSSH |RSA |EC |DSA )PRIVATE KEY-----|^PuTTY-User-Key-File/;

function whyNoKey(text: string): string {
  const kind = /-----BEGIN PGP ([A-Z ]{1,40})-----/.exec(text)?.[1];
  if (kind?.endsWith('KEY BLOCK')) return 'it is damaged or incomplete';
  if (kind) return `it is a PGP ${kind.toLowerCase()}`;
  return SSH_KEY.test(text) ? 'it is an SSH key' : 'no key was found in it';
}

async function parseBinaryKeys(binaryKeys: Uint8Array): Promise<Key[]> {
  try {
    return await openpgp.readKeys({ binaryKeys, config: openpgpConfig });
  } catch (cause) {
    const version = await unsupportedVersion(binaryKeys);
    if (version) throw versionUnsupported(version);
    const nothing = cause instanceof Error && cause.message.includes('No key packet found');
    const reason = nothing ? 'no key was found in it' : 'it is damaged';
    throw new AppError('KEY_UNREADABLE', { reason }, { cause });
  }
}

async function unarmorBlock(block: string): Promise<Uint8Array> {
  return (await openpgp.unarmor(block)).data as Uint8Array;
}

/** OpenPGP.js skips keys of versions it does not know; told not to, it names the version. */
async function unsupportedVersion(binaryKeys: Uint8Array): Promise<number | undefined> {
  try {
    const config = { ...openpgpConfig, ignoreUnsupportedPackets: false };
    await openpgp.readKeys({ binaryKeys, config });
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const found = /Version (\d+) of the key packet|parsing v(\d+) entities/.exec(message);
    return found ? Number(found[1] ?? found[2]) : undefined;
  }
}

function versionUnsupported(version: number): AppError {
  return new AppError('KEY_VERSION_UNSUPPORTED', { version });
}
