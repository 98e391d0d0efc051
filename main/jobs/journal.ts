/**
 * The jobs journal: one JSON line for each step of a delivery, on the disk before the step is taken,
 * so that a crash at any point leaves a job that can be sent again or discarded.
 * Holds names, hosts and sizes. No secret, no cell value and no check report may be written here.
 */
import { constants } from 'node:fs';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { errorView, partOf, receipt } from '../../shared/contract/domain-schemas.ts';
import { SEND_STEPS } from '../../shared/domain/job.ts';

const VERSION = 1;
/** Ended jobs beyond this many, oldest first, are forgotten when the journal is opened. Receipts stay. */
const ENDED_JOBS_KEPT = 500;

const base = { v: z.literal(VERSION), jobId: z.uuid(), at: z.string() };
const entrySchema = z.discriminatedUnion('type', [
  z.object({
    ...base,
    type: z.literal('created'),
    title: z.string(),
    destination: z.string(),
    /** The plan as the send room wrote it; checked again by that room before it is run. */
    plan: z.unknown(),
  }),
  z.object({
    ...base,
    type: z.literal('step'),
    step: z.enum(SEND_STEPS),
    part: partOf.optional(),
  }),
  z.object({ ...base, type: z.literal('restarted') }),
  z.object({ ...base, type: z.literal('done'), receipt }),
  z.object({ ...base, type: z.literal('failed'), error: errorView }),
  z.object({ ...base, type: z.literal('cancelled') }),
  z.object({ ...base, type: z.literal('paused') }),
  z.object({ ...base, type: z.literal('discarded') }),
]);

export type JournalEntry = z.output<typeof entrySchema>;
type WithoutStamp<E> = E extends JournalEntry ? Omit<E, 'v' | 'at'> : never;
export type NewJournalEntry = WithoutStamp<JournalEntry>;

export class Journal {
  readonly #file: FileHandle;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /**
   * Opens (and compacts) the journal and gives its entries in order. A torn line is left out: what it told was
   * never acknowledged.
   */
  static async open(path: string): Promise<{ journal: Journal; entries: JournalEntry[] }> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const { entries: all, foreign } = parse(await readFile(path, 'utf8').catch(absent));
    const entries = compact(all);
    const rewritten = `${path}.new`;
    const file = await open(
      rewritten,
      constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND,
      0o600,
    );
    const lines = [...foreign, ...entries.map((entry) => JSON.stringify(entry))];
    await file.writeFile(lines.map((line) => `${line}\n`).join(''));
    await file.datasync();
    await rename(rewritten, path);
    return { journal: new Journal(file), entries };
  }

  /** Resolves when the entry is on the disk. Entries stand in the order of the calls. */
  append(entry: NewJournalEntry): Promise<void> {
    const line = `${JSON.stringify({ v: VERSION, at: new Date().toISOString(), ...entry })}\n`;
    const written = this.#last.then(async () => {
      await this.#file.appendFile(line);
      await this.#file.datasync();
    });
    this.#last = written.catch(() => undefined);
    return written;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#file.close();
  }
}

function absent(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
  throw error;
}

/** `foreign`: lines of another version of Sealift, kept as they are for it. A torn line is neither. */
function parse(text: string): { entries: JournalEntry[]; foreign: string[] } {
  const entries: JournalEntry[] = [];
  const foreign: string[] = [];
  for (const line of text.split('\n')) {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      continue;
    }
    const entry = entrySchema.safeParse(value);
    if (entry.success) entries.push(entry.data);
    else foreign.push(line);
  }
  return { entries, foreign };
}

function compact(entries: readonly JournalEntry[]): JournalEntry[] {
  const lastOf = new Map<string, JournalEntry['type']>();
  for (const entry of entries) lastOf.set(entry.jobId, entry.type);
  const ended = [...lastOf].filter(([, type]) => type === 'done' || type === 'cancelled');
  const dropped = new Set(ended.slice(0, -ENDED_JOBS_KEPT).map(([jobId]) => jobId));
  return entries.filter(
    (entry) => lastOf.get(entry.jobId) !== 'discarded' && !dropped.has(entry.jobId),
  );
}
