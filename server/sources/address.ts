/** What a source says about itself: its address, and which manifests it means. Touches no network. */
import { ApiError } from '../failure.ts';
import { startsImport } from '../ingest/pick-up.ts';

const DEFAULT_PORT = 22;
const HOME_PREFIX = '/~';

export interface SourceAddress {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** Absolute, or relative to where the login lands; `.` for that folder itself. */
  readonly directory: string;
}

/**
 * `sftp://user@host[:port]/folder`; `/~/folder` begins where the login lands.
 * @throws ApiError 400
 */
export function parseSourceUrl(text: string): SourceAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.password === '' && url.search === '' && url.hash === '';
  if (url?.protocol !== 'sftp:' || url.hostname === '' || url.username === '' || !isPlain) {
    throw badUrl();
  }
  const path = decode(url.pathname).replace(/\/+$/, '');
  const isHome = path === HOME_PREFIX || path.startsWith(`${HOME_PREFIX}/`);
  return {
    host: url.hostname,
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    username: decode(url.username),
    directory: isHome ? path.slice(HOME_PREFIX.length + 1) || '.' : path || '/',
  };
}

/** Whether a file is a manifest that the source means. `*` stands for any text, `?` for one character. */
export function manifestFilter(pattern: string | null): (name: string) => boolean {
  const source = (pattern ?? '*')
    .replace(/\*+/g, '*')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const matches = new RegExp(`^${source}$`, 'su');
  return (name) => startsImport(name) && !/[/\\\0]/.test(name) && matches.test(name);
}

function decode(text: string): string {
  try {
    const decoded = decodeURIComponent(text);
    if (!decoded.includes('\0')) return decoded;
  } catch {
    // Told below, as every other address that is none.
  }
  throw badUrl();
}

function badUrl(): ApiError {
  return new ApiError(
    400,
    'SOURCE_URL',
    'A source is sftp://user@host[:port]/folder, without password.',
  );
}
