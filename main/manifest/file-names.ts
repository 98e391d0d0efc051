/** The names under which a delivery arrives (spec: "Names and renames"). */

const MAX_BYTES = 255;
/** `.<final>.<8 hex>.sealift-part`, the longest name that is made of a final one. */
const TEMPORARY_EXTRA_BYTES = '..01234567.sealift-part'.length;
const MANIFEST_EXTENSION = '.manifest';

export interface DataNameOptions {
  /** Present: the file is encrypted, and its name ends in `.asc`. */
  readonly keyId?: string | undefined;
  /** Set when the plain name was used before, exists there, or the job is scheduled. */
  readonly at?: Date | undefined;
}

/** `users.csv` → `users.csv.asc`, or `users-20260131T070809Z.csv.asc` with a time. */
export function dataFileName(sourceName: string, options: DataNameOptions = {}): string {
  const { stem, extension } = splitBaseName(sourceName);
  const time = options.at ? `-${timestamp(options.at)}` : '';
  const tail = `${time}${extension}${options.keyId === undefined ? '' : '.asc'}`;
  return cutToBytes(stem, roomBefore(tail)) + tail;
}

/** Bytes that the rest of a name may have. */
function roomBefore(tail: string): number {
  return MAX_BYTES - TEMPORARY_EXTRA_BYTES - MANIFEST_EXTENSION.length - tail.length;
}

/**
 * `users.csv.asc` → `users.part-01-of-03.csv.asc`.
 *
 * @param number from 1
 */
export function partFileName(dataName: string, number: number, count: number): string {
  const sealed = /\.asc$/.exec(dataName)?.[0] ?? '';
  const { stem, extension } = splitBaseName(dataName);
  const digits = Math.max(2, String(count).length);
  const [part, of] = [number, count].map((value) => String(value).padStart(digits, '0'));
  const tail = `.part-${part}-of-${of}${extension}${sealed}`;
  // The time tells deliveries of one file apart: it stays whole where the name must be cut.
  const time = /-\d{8}T\d{6}Z$/.exec(stem)?.[0] ?? '';
  return (
    cutToBytes(stem.slice(0, stem.length - time.length), roomBefore(time + tail)) + time + tail
  );
}

/** The name of the whole file for that of a part, sealed file or manifest; other names stay as they are. */
export function wholeFileName(name: string): string {
  return name.replace(/\.part-\d{2,}-of-\d{2,}(?=\.)/, '');
}

/** `users.csv.asc` → `users.csv.manifest`: it differs whenever the data's name does. */
export function manifestName(dataName: string): string {
  return dataName.replace(/\.asc$/, '') + MANIFEST_EXTENSION;
}

/** `yyyyMMddTHHmmssZ`, UTC. */
function timestamp(at: Date): string {
  return at.toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '');
}

/** A base name without leading dots (the platform ignores dot files) and without control characters. */
function splitBaseName(name: string): { stem: string; extension: string } {
  const base = name.replace(/^.*[/\\]/s, '').replace(/\.asc$/i, '');
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(base)?.[0] ?? '';
  const stem = base
    .slice(0, base.length - extension.length)
    .replace(/^\.+/, '')
    // eslint-disable-next-line no-control-regex -- control characters are what is replaced
    .replace(/[\u0000-\u001f\u007f]/g, '_');
  return { stem: stem === '' ? 'data' : stem, extension };
}

function cutToBytes(text: string, maxBytes: number): string {
  let cut = '';
  let bytes = 0;
  for (const mark of text) {
    bytes += Buffer.byteLength(mark);
    if (bytes > maxBytes) break;
    cut += mark;
  }
  return cut;
}
