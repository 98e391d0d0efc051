/** Numbers, times and fingerprints as the window writes them. Pure; always English, always with units. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Decimal units, as the platform counts its limits: `999 B`, `1.5 kB`, `1.00 GB`. */
export function formatBytes(sizeBytes: number): string {
  let value = sizeBytes;
  let unit = 0;
  // 999.5 would round to 1000 of the smaller unit.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  if (unit === 0) return `${Math.round(value)} B`;
  const digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** A length of time in its two largest units: `under 1 s`, `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 1) return 'under 1 s';
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return pair(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.round(whole / 60);
  return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Seconds left of work in bytes, or undefined where nothing can be said. */
export function secondsLeft(work: {
  readonly done: number;
  readonly total?: number | undefined;
  readonly rate?: number | undefined;
}): number | undefined {
  if (work.total === undefined || work.rate === undefined || work.rate <= 0) return undefined;
  return Math.max(0, work.total - work.done) / work.rate;
}

const counts = new Intl.NumberFormat('en-GB');

export function formatNumber(value: number): string {
  return counts.format(value);
}

/** `1 row`, `12,345 rows`. */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${counts.format(count)} ${count === 1 ? singular : plural}`;
}

/** Groups of four, as key listings print a fingerprint. */
export function formatFingerprint(fingerprint: string): string {
  return fingerprint.replace(/(.{4})(?=.)/g, '$1 ');
}

const moments = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const days = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });

/** An ISO 8601 moment in local time; what is not a moment comes back as it is. */
export function formatMoment(iso: string): string {
  return formatDate(moments, iso);
}

export function formatDay(iso: string): string {
  return formatDate(days, iso);
}

function formatDate(format: Intl.DateTimeFormat, iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : format.format(time);
}
