/** What is delivered: events that each say their number, with something that hardly compresses. */
import { randomBytes } from 'node:crypto';

/** In every row. Where it stands outside the data file itself, plain data was left behind. */
export const MARKER = 'plain-row-9c41f7';
const NOISE_BYTES = 150;

export interface Data {
  readonly csv: string;
  /** The column `note` of each row, in order; no two are alike. */
  readonly notes: readonly string[];
}

export function makeData(delivery: string, rows: number): Data {
  const notes = Array.from(
    { length: rows },
    (_, index) => `${MARKER} ${index}, ${randomBytes(NOISE_BYTES).toString('base64')}`,
  );
  const lines = notes.map((note, index) => `user-${index},${eventName(delivery)},"${note}"`);
  return { csv: ['identity,event_name,note', ...lines, ''].join('\n'), notes };
}

export function eventName(delivery: string): string {
  return `Sent-${delivery}`;
}
