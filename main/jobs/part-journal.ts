/**
 * What became of the parts of one delivery, on the disk before and after each takes its final name: a file
 * of JSON lines for each delivery, `deliveries/<job id>.jsonl` in the profile (0600). Whoever runs the
 * pipeline writes it, app and CLI alike; it is forgotten when the receipt is kept. Once a part may have
 * arrived, the cut stands: another would send rows twice, or not at all. No cell value is written here.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { DeliveredFile, DeliveredPart } from '../../shared/domain/job.ts';
import { appendLine } from '../platform/append-line.ts';
import type { SendNames } from './send-names.ts';

const count = z.number().int().nonnegative();
const file = z.object({ name: z.string(), sizeBytes: count, sha256: z.string() });
const base = { v: z.literal(1) };
const lineSchema = z.discriminatedUnion('type', [
  z.object({
    ...base,
    type: z.literal('cut'),
    /** Of the whole text that was cut. */
    plainBytes: count,
    plainSha256: z.string(),
    parts: z.array(
      z.object({
        rows: count,
        plainBytes: count,
        plainSha256: z.string(),
        dataName: z.string(),
        manifestName: z.string(),
      }),
    ),
  }),
  /** Both files lie on the server under temporary names; the final ones come next. */
  z.object({
    ...base,
    type: z.literal('confirming'),
    part: count,
    data: file,
    manifest: file,
    hostKeySha256: z.string(),
  }),
  /** The manifest did not take its name, and its temporary file is about to be removed. */
  z.object({ ...base, type: z.literal('withdrawn'), part: count }),
  /** The user was told that it may have arrived: another attempt means to send it again. */
  z.object({ ...base, type: z.literal('told'), part: count }),
  z.object({ ...base, type: z.literal('delivered'), part: count }),
  /** All that is not delivered yet lies sealed in the spool, on the disk. */
  z.object({
    ...base,
    type: z.literal('sealed'),
    files: z.array(z.object({ part: count, sizeBytes: count })),
  }),
  /** What lies in the spool is about to be removed or replaced. */
  z.object({ ...base, type: z.literal('unsealed') }),
]);
type Line = z.output<typeof lineSchema>;
type WithoutVersion<L> = L extends Line ? Omit<L, 'v'> : never;

export type Cut = Omit<Extract<Line, { type: 'cut' }>, 'v' | 'type'>;

/** The files of a part as they were sent. */
export interface SentPart {
  readonly data: DeliveredFile;
  readonly manifest: DeliveredFile;
  readonly hostKeySha256: string;
}

interface Progress extends SentPart {
  /**
   * `confirming`: it may have its final names, or only the data file may, or none. `withdrawn`: the manifest does
   * not have its own. `told`: the user knows that it may have arrived.
   */
  readonly state: 'confirming' | 'withdrawn' | 'told' | 'delivered';
}

/** Sealed parts that an earlier attempt left in the spool, and what was sealed. */
export interface SealedCut {
  readonly cut: Cut;
  readonly files: readonly { readonly part: number; readonly sizeBytes: number }[];
}

export interface JournalPlace {
  /** `deliveries` in the profile. */
  readonly journalDir: string;
  readonly jobId: string;
}

export class PartJournal {
  readonly #path: string;
  #cut: Cut | undefined;
  /** By number; a part that is not in it was never about to take its names. */
  readonly #progress = new Map<number, Progress>();
  #sealed: SealedCut['files'] | undefined;

  private constructor(path: string, lines: readonly Line[]) {
    this.#path = path;
    for (const line of lines) this.#replay(line);
  }

  static async open(place: JournalPlace): Promise<PartJournal> {
    const path = pathOf(place);
    return new PartJournal(path, parseLines(await readIfThere(path)));
  }

  /**
   * The cut of an earlier attempt that must stand; undefined: the file may be cut anew. A file that was whole
   * may be, too, while it is not known to have arrived: its manifest's name keeps it from being taken twice.
   */
  get standing(): Cut | undefined {
    const isOne = this.#cut?.parts.length === 1;
    return this.deliveredCount > 0 || (!isOne && this.#progress.size > 0) ? this.#cut : undefined;
  }

  get deliveredCount(): number {
    return [...this.#progress.values()].filter(({ state }) => state === 'delivered').length;
  }

  get partCount(): number {
    return this.#cut?.parts.length ?? 0;
  }

  /** @param part from 1 */
  isDelivered(part: number): boolean {
    return this.#progress.get(part)?.state === 'delivered';
  }

  /** An earlier attempt was about to give it its final names: it may have them. */
  mayHaveArrived(part: number): boolean {
    return this.#progress.has(part);
  }

  /** The parts of which it is not known whether an earlier attempt gave their manifest its final name. */
  get uncertain(): readonly (SendNames & { readonly part: number; readonly sent: SentPart })[] {
    return [...this.#progress].flatMap(([part, sent]) => {
      const names = this.#cut?.parts[part - 1];
      return names && sent.state === 'confirming' ? [{ ...names, part, sent }] : [];
    });
  }

  /** What lies sealed in the spool; undefined: nothing that could be sent. */
  get sealed(): SealedCut | undefined {
    if (!this.#cut || !this.#sealed) return undefined;
    const files = this.#sealed.filter(({ part }) => !this.isDelivered(part));
    return { cut: this.#cut, files };
  }

  /** All parts, once every one is delivered. */
  get delivered():
    | { readonly cut: Cut; readonly parts: DeliveredPart[]; readonly hostKeySha256: string }
    | undefined {
    const cut = this.#cut;
    if (!cut || this.deliveredCount < cut.parts.length) return undefined;
    const sent = cut.parts.flatMap((_, index) => this.#progress.get(index + 1) ?? []);
    const parts = cut.parts.flatMap(({ rows, plainBytes, plainSha256 }, index) => {
      const files = sent[index];
      if (!files) return [];
      return [{ rows, plainBytes, plainSha256, data: files.data, manifest: files.manifest }];
    });
    return { cut, parts, hostKeySha256: sent.at(-1)?.hostKeySha256 ?? '' };
  }

  /** The names that are used up, whatever becomes of this delivery. */
  get names(): readonly SendNames[] {
    return this.standing?.parts ?? [];
  }

  noteCut(cut: Cut): Promise<void> {
    return this.#append({ type: 'cut', ...cut });
  }

  noteConfirming(part: number, sent: SentPart): Promise<void> {
    const { data, manifest, hostKeySha256 } = sent;
    return this.#append({ type: 'confirming', part, data, manifest, hostKeySha256 });
  }

  noteWithdrawn(part: number): Promise<void> {
    return this.#append({ type: 'withdrawn', part });
  }

  noteTold(part: number): Promise<void> {
    return this.#append({ type: 'told', part });
  }

  noteDelivered(part: number): Promise<void> {
    return this.#append({ type: 'delivered', part });
  }

  noteSealed(files: SealedCut['files']): Promise<void> {
    return this.#append({ type: 'sealed', files: [...files] });
  }

  /** Nothing is noted where nothing was sealed. */
  async noteUnsealed(): Promise<void> {
    if (this.#sealed) await this.#append({ type: 'unsealed' });
  }

  /** Removes it, unless names must be remembered: a discarded delivery may have come through in part. */
  static async discard(place: JournalPlace): Promise<void> {
    const journal = await PartJournal.open(place);
    if (journal.names.length === 0) await PartJournal.forget(place);
  }

  /** Removes it: the receipt tells all of it. */
  static async forget(place: JournalPlace): Promise<void> {
    await rm(pathOf(place), { force: true });
  }

  /** Names used up by deliveries that came through in part, but for those of one job. */
  static async usedNames(journalDir: string, exceptJobId?: string): Promise<SendNames[]> {
    const files = await readdir(journalDir).catch(ifAbsent<string[]>([]));
    const names: SendNames[] = [];
    for (const name of files.filter((one) => one.endsWith('.jsonl'))) {
      const jobId = name.slice(0, -'.jsonl'.length);
      if (jobId === exceptJobId) continue;
      names.push(...(await PartJournal.open({ journalDir, jobId })).names);
    }
    return names;
  }

  async #append(line: WithoutVersion<Line>): Promise<void> {
    const whole: Line = { v: 1, ...line };
    await appendLine(this.#path, JSON.stringify(whole));
    this.#replay(whole);
  }

  #replay(line: Line): void {
    switch (line.type) {
      case 'cut': {
        const { plainBytes, plainSha256, parts } = line;
        const isSame =
          this.#cut?.plainSha256 === plainSha256 &&
          this.#cut.parts.every(
            ({ manifestName }, index) => parts[index]?.manifestName === manifestName,
          );
        // What may have arrived is this, whatever it is sealed with now.
        if (!isSame) this.#progress.clear();
        this.#cut = { plainBytes, plainSha256, parts };
        return;
      }
      case 'confirming': {
        const { part, data, manifest, hostKeySha256 } = line;
        this.#progress.set(part, { data, manifest, hostKeySha256, state: 'confirming' });
        return;
      }
      case 'withdrawn':
      case 'told':
      case 'delivered': {
        const sent = this.#progress.get(line.part);
        if (sent) this.#progress.set(line.part, { ...sent, state: line.type });
        return;
      }
      case 'sealed':
        this.#sealed = line.files;
        return;
      case 'unsealed':
        this.#sealed = undefined;
    }
  }
}

function pathOf({ journalDir, jobId }: JournalPlace): string {
  return join(journalDir, `${jobId}.jsonl`);
}

async function readIfThere(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(ifAbsent(''));
}

function ifAbsent<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}

/** A line that does not read was torn by a crash: what it told had not happened yet. */
function parseLines(text: string): Line[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [lineSchema.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}
