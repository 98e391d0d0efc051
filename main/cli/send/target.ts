/** Where `send` goes: `sftp://USER@HOST:PORT/DIR`, read strictly. */
import { usageError } from '../command-line.ts';

export interface SendTarget {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** Empty: where the login lands. */
  readonly directory: string;
}

const SFTP_PORT = 22;
const HOME_PREFIX = '/~/';

/** What the URL says; the rest may be told by an SSH configuration. */
export interface NamedTarget {
  readonly host: string;
  readonly port?: number;
  readonly username?: string;
  readonly directory: string;
}

/** What an SSH configuration says of the host that the URL names. */
export type KnownTarget = Pick<SendTarget, 'host' | 'port' | 'username'>;

/** @throws AppError USAGE */
export function completeTarget(named: NamedTarget, known?: KnownTarget): SendTarget {
  const username = named.username ?? known?.username ?? '';
  if (username === '')
    throw usageError('--to must name user and host: sftp://user@host:22/folder.');
  return {
    host: known?.host ?? named.host,
    port: named.port ?? known?.port ?? SFTP_PORT,
    username,
    directory: named.directory,
  };
}

/**
 * `/DIR` is a path on the server, `/~/DIR` begins where the login lands, as curl reads it.
 * @throws AppError USAGE
 */
export function parseSendTarget(text: string): NamedTarget {
  if (!URL.canParse(text))
    throw usageError(`"${text}" is not a URL such as sftp://user@host:22/folder.`);
  const url = new URL(text);
  if (url.protocol !== 'sftp:') throw usageError('--to takes an sftp:// URL.');
  if (url.password !== '') {
    throw usageError(
      'A password does not belong into the URL: it would be seen by others. Use an SSH key, or --password.',
    );
  }
  if (url.hostname === '') {
    throw usageError('--to must name user and host: sftp://user@host:22/folder.');
  }
  if (url.search !== '' || url.hash !== '') {
    throw usageError('--to takes no "?" and "#"; write %3F and %23 if the folder has them.');
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(url.username === '' ? {} : { username: decode(url.username) }),
    directory: directoryOf(decode(url.pathname)),
  };
}

function directoryOf(pathname: string): string {
  const path = pathname.replace(/\/+$/, '');
  if (path === '/~') return '';
  return path.startsWith(HOME_PREFIX) ? path.slice(HOME_PREFIX.length) : path;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw usageError(`"${text}" has a "%" that stands for nothing; write %25.`);
  }
}
