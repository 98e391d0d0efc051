/** The two ways to decide about a host key: by a known_hosts file (CLI) and by a pinned key (app). */
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { HostKey } from '../../shared/domain/connection.ts';
import { AppError, type ErrorCode, type ErrorParams } from '../../shared/errors/index.ts';
import { fileReason } from '../platform/file-reason.ts';
import type { HostKeyVerifier, PresentedHostKey } from './host-key.ts';
import {
  findKnownHost,
  knownHostsLine,
  parseKnownHosts,
  type KnownHost,
} from './known-hosts-file.ts';

/**
 * Trusts what a known_hosts file says. An unknown host is refused, or with `acceptNew` added to the
 * file (made with mode 0600 when it is missing). A changed or revoked key is always refused.
 *
 * @throws from the verifier, AppError HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, HOST_KEY_REVOKED,
 *   HOST_KEY_BY_CERTIFICATE, KNOWN_HOSTS_UNREADABLE, KNOWN_HOSTS_UNWRITABLE
 */
export function knownHostsPolicy(file: string, options: { acceptNew: boolean }): HostKeyVerifier {
  const lookUp = async (host: string, port: number): Promise<KnownHost> =>
    findKnownHost(parseKnownHosts(await readKnownHosts(file, options.acceptNew)), host, port);

  const verify = async (key: PresentedHostKey): Promise<void> => {
    const known = await lookUp(key.host, key.port);
    if (known.revoked.some((revoked) => revoked.base64 === key.base64)) {
      throw hostKeyError('HOST_KEY_REVOKED', key);
    }
    if (known.keys.some((trusted) => trusted.base64 === key.base64)) return;
    // Stricter than ssh: a known host that shows a key of another type has changed too, because the
    // known types were asked for first.
    if (known.keys.length > 0) {
      const expected = known.keys.map(({ type, sha256 }) => `${type} ${sha256}`).join(' or ');
      throw hostKeyError('HOST_KEY_CHANGED', key, { expected, file });
    }
    if (known.byCertificate) throw hostKeyError('HOST_KEY_BY_CERTIFICATE', key);
    if (!options.acceptNew) throw hostKeyError('HOST_KEY_UNKNOWN', key);
    await addKnownHost(file, key);
  };

  return Object.assign(verify, {
    knownTypes: async (host: string, port: number) =>
      (await lookUp(host, port)).keys.map(({ type }) => type),
  });
}

/**
 * Trusts the one pinned key of a connection. Without a pin, `onNew` decides about the first key: it
 * returns when the user accepted it (and has stored it), and throws otherwise, HOST_KEY_REFUSED for
 * instance. Without `onNew` a new key is refused.
 *
 * @throws from the verifier, AppError HOST_KEY_CHANGED, HOST_KEY_UNKNOWN, and what `onNew` throws
 */
export function pinPolicy(
  pinned: HostKey | undefined,
  onNew: (key: PresentedHostKey) => Promise<void> = refuseUnknown,
): HostKeyVerifier {
  if (!pinned) return (key) => onNew(key);
  const verify = async (key: PresentedHostKey): Promise<void> => {
    if (key.sha256 === pinned.sha256) return;
    throw hostKeyError('HOST_KEY_CHANGED', key, { expected: `${pinned.type} ${pinned.sha256}` });
  };
  return Object.assign(verify, { knownTypes: async () => [pinned.type] });
}

async function refuseUnknown(key: PresentedHostKey): Promise<void> {
  throw hostKeyError('HOST_KEY_UNKNOWN', key);
}

function hostKeyError(code: ErrorCode, key: PresentedHostKey, further: ErrorParams = {}): AppError {
  const { host, port, type, sha256 } = key;
  return new AppError(code, { host, port, type, sha256, ...further });
}

async function readKnownHosts(file: string, mayBeMissing: boolean): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    if (isMissing && mayBeMissing) return '';
    const reason = isMissing ? 'it does not exist' : fileReason(cause);
    throw new AppError('KNOWN_HOSTS_UNREADABLE', { file, reason }, { cause });
  }
}

async function addKnownHost(file: string, key: PresentedHostKey): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const text = await readKnownHosts(file, true);
    const lineBreak = text === '' || text.endsWith('\n') ? '' : '\n';
    await appendFile(file, `${lineBreak}${knownHostsLine(key)}\n`, { mode: 0o600 });
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('KNOWN_HOSTS_UNWRITABLE', { file, reason: fileReason(cause) }, { cause });
  }
}
