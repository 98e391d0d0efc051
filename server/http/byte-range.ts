/** Range requests (RFC 9110, 14) and the names of downloads (RFC 6266). */
import type { ByteRange } from '../sds/file-downloads.ts';

/** Bidirectional controls make a name look like another one. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}"\\/:*?<>|%;]/gu;
/** What RFC 8187 lets stand as it is. */
const ATTRIBUTE_CHARACTERS = /[!'()*]/g;
const MAX_NAME = 200;

/**
 * One range of bytes. Several ranges, other units and what is malformed are as if they were not there.
 * @returns 'unsatisfiable' for a range that begins behind the end
 */
export function parseRange(
  header: string | undefined,
  size: number,
): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,16})-(\d{0,16})$/i.exec(header?.trim() ?? '');
  if (!match) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Number(last);
    if (length === 0 || size === 0) return 'unsatisfiable';
    return { start: Math.max(0, size - length), end: size };
  }
  const start = Number(first);
  const end = last === '' ? size : Math.min(size, Number(last) + 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}

/** As a download, never shown by the browser; the name without anything that a path or a header could mean. */
export function attachment(name: string): string {
  const cleaned = name.replace(UNSAFE, '_').replace(/^[. ]+|[. ]+$/g, '_');
  const safe = [...cleaned].slice(0, MAX_NAME).join('') || 'file';
  const ascii = safe.replace(/[^\x20-\x7e]/g, '_');
  const encoded = encodeURIComponent(safe).replace(
    ATTRIBUTE_CHARACTERS,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
