/** An SSH public key on its way to an account: what is sent is the public half and a name, never more. */
import { AppError } from '../../shared/errors/index.ts';
import { describePublicBlob } from '../delivery/ssh-private-key.ts';
import type { SshPublicHalf } from '../delivery/ssh-private-key.ts';
import type { CallOptions } from './client.ts';
import type { Platform } from './key-registration.ts';

export interface SshRegistration extends CallOptions {
  /** A line as in `authorized_keys` or a `.pub` file. */
  readonly publicLine: string;
  /** By which it is known there; default: its comment. */
  readonly name?: string | undefined;
}

const LINE = /^(\S+) ([A-Za-z0-9+/]+={0,2})(?: (.*))?$/;
const MAX_NAME_CHARACTERS = 200;

/** @throws AppError SSH_KEY_NOT_PUBLIC, and as `ConsoleClient.addSshKey` */
export async function registerSshKey(
  { client, accountId }: Platform,
  { publicLine, name, signal }: SshRegistration,
): Promise<SshPublicHalf> {
  const [, type, blob, comment = ''] = LINE.exec(publicLine.trim()) ?? [];
  const half = blob === undefined ? undefined : readBlob(blob);
  if (half === undefined || half.type !== type) throw new AppError('SSH_KEY_NOT_PUBLIC');
  await client.addSshKey(
    accountId,
    { name: nameOf(name ?? comment), publicKey: half.line },
    { signal },
  );
  return half;
}

function readBlob(base64: string): SshPublicHalf | undefined {
  try {
    return describePublicBlob(Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}

/** One printable line, as the server wants names. */
function nameOf(text: string): string {
  const name = text.replace(/[\p{Cc}\p{Cf}<>()]+/gu, ' ').trim();
  return name.slice(0, MAX_NAME_CHARACTERS) || 'Sealift';
}
