/** How one delivery ends: what its user does after a failure, and whether all of it is there, once. */
import type { Receipt } from '../../shared/domain/job.ts';
import type { Arrival, DropOff } from './drop-off.ts';
import type { Trial } from './plan.ts';
import type { Told, User } from './user.ts';

/** More steps than any honest way to the end takes. */
const MOST_STEPS = 6;
/** After these the user is told to look at the server before anything else. */
const LOOK_FIRST: readonly string[] = ['DELIVERY_UNCERTAIN', 'REMOTE_EXISTS'];

export type State =
  | 'at once'
  /** The program connected again, or tried again, by itself. */
  | 'by itself'
  | 'resumed'
  /** The program asked its user to look, and it was there, whole. */
  | 'looked up'
  | 'not ended';

interface Case {
  readonly user: User;
  readonly dropOff: DropOff;
  /** `d7` */
  readonly delivery: string;
  readonly sourceName: string;
  readonly notes: readonly string[];
  readonly sendArgs: readonly string[];
}

export class Ending {
  readonly trial: Trial;
  isHit = false;
  /** That the first command made; one is enough. */
  connections = 0;
  state: State = 'not ended';
  resumes = 0;
  /** What must not be. */
  readonly findings: string[] = [];
  /** Temporary files that nobody removed, on either side. */
  readonly leftovers: string[] = [];
  /** What the harness met that is no fault of the delivery. */
  readonly seen: string[] = [];
  /** Each command and what it said. */
  readonly trail: string[] = [];
  readonly #case: Case;

  constructor(trial: Trial, ofCase: Case) {
    this.trial = trial;
    this.#case = ofCase;
  }

  get sendArgs(): readonly string[] {
    return this.#case.sendArgs;
  }

  get sourceName(): string {
    return this.#case.sourceName;
  }

  /** Goes on from what the first command said, and judges what is there in the end. */
  async reach(first: Told): Promise<void> {
    this.#note('send', first);
    const receipt = first.isOk ? first.receipts[0] : await this.#goOn(first);
    if (receipt) await this.#judge(receipt);
    if (first.isOk)
      this.state =
        this.connections > 1 || /Trying again/.test(first.stderr) ? 'by itself' : 'at once';
    else if (receipt) this.state = 'resumed';
    if (this.state === 'not ended')
      this.findings.push(`it did not end; ${this.trail.at(-1) ?? ''}`);
  }

  /** @returns the receipt; undefined also where the user found all of it on the server */
  async #goOn(first: Told): Promise<Receipt | undefined> {
    let last = first;
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const jobs = await this.#case.user.jobs();
      if (LOOK_FIRST.includes(last.code) && (await this.#isThere(jobs))) return undefined;
      const [job, ...others] = jobs;
      if (others.length > 0) this.findings.push(`there are ${jobs.length} jobs`);
      if (job === undefined) {
        const [kept] = await this.#case.user.receiptsOf(this.sourceName);
        if (kept) return kept;
      }
      const args = job === undefined ? this.sendArgs : ['jobs', 'resume', job];
      last = await this.#case.user.run(args);
      this.resumes += 1;
      this.#note(job === undefined ? 'send again' : 'resume', last);
      if (last.isOk) return last.receipts[0];
    }
    return undefined;
  }

  /** What the user who looks at the server finds: all of it, and gives up the job; or none of it, and goes on. */
  async #isThere(jobs: readonly string[]): Promise<boolean> {
    const arrival = await this.#case.dropOff.arrival(this.#case.delivery, 0);
    this.trail.push(`${arrival.notes.length} of ${this.#case.notes.length} rows are there`);
    if (arrival.notes.length === 0) return false;
    if (arrival.notes.length < this.#case.notes.length) return false;
    for (const job of jobs)
      this.#note('discard', await this.#case.user.run(['jobs', 'discard', job]));
    this.state = 'looked up';
    this.#judgeArrival(arrival);
    return true;
  }

  async #judge({ parts, rows }: Receipt): Promise<void> {
    const arrival = await this.#case.dropOff.arrival(this.#case.delivery, parts.length);
    this.#judgeArrival(arrival);
    const promised = parts.map(({ data }) => data.name).sort();
    if (promised.join() !== arrival.dataNames.join()) {
      this.findings.push(
        `the receipt names ${promised.join()}, there are ${arrival.dataNames.join()}`,
      );
    }
    if (rows !== this.#case.notes.length) this.findings.push(`the receipt tells of ${rows} rows`);
  }

  #judgeArrival({ notes, faults, leftovers }: Arrival): void {
    const times = new Map<string, number>();
    for (const note of notes) times.set(note, (times.get(note) ?? 0) + 1);
    const missing = this.#case.notes.filter((note) => !times.has(note)).length;
    const doubled = [...times.values()].filter((count) => count > 1).length;
    const wanted = new Set(this.#case.notes);
    const foreign = [...times.keys()].filter((note) => !wanted.has(note)).length;
    if (missing > 0) this.findings.push(`${missing} rows are missing`);
    if (doubled > 0) this.findings.push(`${doubled} rows are there more than once`);
    if (foreign > 0) this.findings.push(`${foreign} rows are not as they were sent`);
    this.findings.push(...faults);
    this.leftovers.push(...leftovers);
  }

  #note(command: string, { isOk, code, words }: Told): void {
    this.trail.push(isOk ? `${command}: delivered` : `${command}: ${code} ${words}`.trimEnd());
  }
}
