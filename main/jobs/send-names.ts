/**
 * The names under which a file and its manifest arrive, and the memory of names this profile has used
 * (spec: "Names and renames"). A manifest's name is the idempotency key: an attempt that did not end well
 * is repeated under the same names, a delivered one never.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Receipt } from '../../shared/domain/job.ts';
import { dataFileName, manifestName, partFileName, wholeFileName } from '../manifest/index.ts';
import { appendLine } from '../platform/append-line.ts';
import { accountOf, NameClaims } from './name-claims.ts';

export interface SendNames {
  /** `users.csv.asc` */
  readonly dataName: string;
  /** `users.csv.manifest` */
  readonly manifestName: string;
}

/** The names for a source file; with `-<UTC yyyyMMddTHHmmssZ>` in them when they were used before. */
export function planNames(
  sourceName: string,
  { usedBefore, now }: { readonly usedBefore: boolean; readonly now: Date },
): SendNames {
  // Always sealed, and which key it is plays no part in the name.
  const dataName = dataFileName(sourceName, { keyId: '', at: usedBefore ? now : undefined });
  return { dataName, manifestName: manifestName(dataName) };
}

/** The names of the parts of a file, in order; of one part the plain ones. */
export function partNames(dataName: string, count: number): SendNames[] {
  return Array.from({ length: count }, (_, index) => {
    const name = count === 1 ? dataName : partFileName(dataName, index + 1, count);
    return { dataName: name, manifestName: manifestName(name) };
  });
}

/** Names that are used up with a delivery's parts: those, and the ones that they come from. */
export function usedNames(names: readonly SendNames[]): SendNames[] {
  const whole = names.map(({ dataName, manifestName: manifest }) => ({
    dataName: wholeFileName(dataName),
    manifestName: wholeFileName(manifest),
  }));
  return [...names, ...whole];
}

/** The names that a delivery took. */
export function namesOf({ parts }: Pick<Receipt, 'parts'>): SendNames[] {
  return usedNames(
    parts.map(({ data, manifest }) => ({ dataName: data.name, manifestName: manifest.name })),
  );
}

const TIME_IN_NAME = /-\d{8}T\d{6}Z(?=(\.[A-Za-z0-9]+)?\.asc$)/;

/** True when `dataName` is the plain or a dated name for this source file. */
export function isNameFor(dataName: string, sourceName: string): boolean {
  const plain = planNames(sourceName, { usedBefore: false, now: new Date() }).dataName;
  return dataName === plain || dataName.replace(TIME_IN_NAME, '') === plain;
}

/** What makes two runs attempts of one delivery: the same account, the same bytes, the same reading of them. */
export interface AttemptFacts {
  /** `user@host:port` */
  readonly account: string;
  readonly directory: string;
  readonly sourcePath: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** The manifest before its file name was settled. */
  readonly manifestText: string;
  readonly recipientFingerprint: string;
}

const lineSchema = z.object({
  attempt: z.string(),
  account: z.string(),
  dataName: z.string(),
  manifestName: z.string(),
  /**
   * `taken`: someone else's files of these names were found on the server. `released`: the attempt ended before
   * anything could take them.
   */
  state: z.enum(['reserved', 'delivered', 'taken', 'released']),
});
type Line = z.output<typeof lineSchema>;

/** Names for one attempt, and the id under which it goes. */
export interface Reservation extends SendNames {
  /** UUID, the same in every attempt under these names: so the next finds what a broken one left on the server. */
  readonly jobId: string;
  /** False when an earlier attempt of the same delivery may have put files of these names on the server. */
  readonly isFresh: boolean;
}

const ONE_SECOND_MS = 1000;

/** The names used by this profile, one JSON line a change, in `sent-names.jsonl` (0600). */
export class SentNames {
  readonly #path: string;
  #lines: Line[];
  readonly #unfinished: readonly SendNames[];
  readonly #claims: NameClaims;
  /** Data names that others hold: another process, or the app. */
  readonly #claimed = new Set<string>();

  private constructor(
    profileDir: string,
    text: string,
    receipts: readonly Receipt[],
    unfinished: readonly SendNames[],
  ) {
    this.#path = pathIn(profileDir);
    this.#claims = new NameClaims(profileDir);
    this.#unfinished = unfinished;
    this.#lines = receipts.flatMap(receiptLines);
    for (const line of parseLines(text)) this.#replay(line);
  }

  /**
   * @param receipts of this profile: the app delivers too, and keeps no line here
   * @param unfinished names of deliveries that came through in part, whatever the account
   */
  static async open(
    profileDir: string,
    receipts: readonly Receipt[] = [],
    unfinished: readonly SendNames[] = [],
  ): Promise<SentNames> {
    const text = await readFile(pathIn(profileDir), 'utf8').catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '';
        throw error;
      },
    );
    return new SentNames(profileDir, text, receipts, unfinished);
  }

  /** Names that the CLI reserved in this profile, on whatever server. */
  static async reserved(profileDir: string): Promise<SendNames[]> {
    return [...(await SentNames.open(profileDir)).#lines];
  }

  /**
   * Names for an attempt, on the disk before they are given: those of an earlier attempt that was not delivered,
   * else unused ones.
   * @param isDated with the time in them even where the plain ones are unused
   */
  async reserve(
    sourceName: string,
    facts: AttemptFacts,
    now: Date,
    isDated = false,
  ): Promise<Reservation> {
    const attempt = attemptId(facts);
    const earlier = this.#lines.findLast((line) => line.attempt === attempt);
    if (earlier?.state === 'reserved') return reservation(earlier, false);
    const { account } = facts;
    for (;;) {
      const names = this.#unusedNames(sourceName, account, { now, isDated });
      const { owner, isNew } = await this.#claims.take(account, names.dataName, attempt);
      if (owner !== attempt) {
        this.#claimed.add(names.dataName);
        continue;
      }
      const line: Line = { attempt, account, ...names, state: 'reserved' };
      await this.#append(line);
      return reservation(line, isNew);
    }
  }

  /** Notes what became of reserved names. After `taken` the same attempt is given other ones. */
  async settle(
    facts: AttemptFacts,
    { dataName, manifestName }: SendNames,
    state: 'delivered' | 'taken',
  ): Promise<void> {
    const { account } = facts;
    await this.#append({ attempt: attemptId(facts), account, dataName, manifestName, state });
  }

  /** Gives names back under which nothing can have arrived. */
  async release(facts: AttemptFacts, { dataName, manifestName }: SendNames): Promise<void> {
    const { account } = facts;
    const attempt = attemptId(facts);
    await this.#append({ attempt, account, dataName, manifestName, state: 'released' });
    await this.#claims.release(account, dataName, attempt);
  }

  #unusedNames(
    sourceName: string,
    account: string,
    { now, isDated }: { readonly now: Date; readonly isDated: boolean },
  ): SendNames {
    const used = new Set(
      [...this.#lines.filter((line) => line.account === account), ...this.#unfinished].flatMap(
        (names) => [names.dataName, names.manifestName],
      ),
    );
    const isUsed = (names: SendNames) =>
      used.has(names.dataName) || used.has(names.manifestName) || this.#claimed.has(names.dataName);
    let names = planNames(sourceName, { usedBefore: isDated, now });
    for (let time = now; isUsed(names); time = new Date(time.getTime() + ONE_SECOND_MS)) {
      names = planNames(sourceName, { usedBefore: true, now: time });
    }
    return names;
  }

  async #append(line: Line): Promise<void> {
    await appendLine(this.#path, JSON.stringify(line));
    this.#replay(line);
  }

  #replay(line: Line): void {
    if (line.state !== 'released') {
      this.#lines.push(line);
      return;
    }
    const { attempt, account, dataName } = line;
    this.#lines = this.#lines.filter(
      (one) =>
        one.attempt !== attempt ||
        one.account !== account ||
        one.dataName !== dataName ||
        one.state !== 'reserved',
    );
  }
}

function pathIn(profileDir: string): string {
  return join(profileDir, 'sent-names.jsonl');
}

function reservation({ attempt, dataName, manifestName }: Line, isFresh: boolean): Reservation {
  const digest = createHash('sha256').update(`${attempt} ${dataName}`).digest('hex');
  const jobId = digest.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5');
  return { jobId, dataName, manifestName, isFresh };
}

function receiptLines(receipt: Receipt): Line[] {
  const account = accountOf(receipt);
  return namesOf(receipt).map((names) => ({ attempt: '', account, ...names, state: 'delivered' }));
}

function attemptId(facts: AttemptFacts): string {
  const { account, directory, sourcePath, sizeBytes, modifiedMs } = facts;
  const { manifestText, recipientFingerprint } = facts;
  const parts = [account, directory, sourcePath, sizeBytes, modifiedMs];
  return createHash('sha256')
    .update(JSON.stringify([...parts, manifestText, recipientFingerprint]))
    .digest('hex');
}

/** Lines that do not read, such as one torn by a crash, are left out: nothing was sent under them. */
function parseLines(text: string): Line[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [lineSchema.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}
