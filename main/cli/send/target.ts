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

/**
 * `/DIR` is a path on the server, `/~/DIR` begins where the login lands, as curl reads it.
 * @throws AppError USAGE
 */
export function parseSendTarget(text: string): SendTarget {
  if (!URL.canParse(text))
    throw usageError(`"${text}" is not a URL such as sftp://user@host:22/folder.`);
  const url = new URL(text);
  if (url.protocol !== 'sftp:') throw usageError('--to takes an sftp:// URL.');
  if (url.password !== '') {
    throw usageError('A password does not belong into the URL: Sealift logs in with an SSH key.');
  }
  if (url.username === '' || url.hostname === '') {
    throw usageError('--to must name user and host: sftp://user@host:22/folder.');
  }
  if (url.search !== '' || url.hash !== '') {
    throw usageError('--to takes no "?" and "#"; write %3F and %23 if the folder has them.');
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? SFTP_PORT : Number(url.port),
    username: decode(url.username),
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
