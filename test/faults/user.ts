/** What the sender's user does: sends, and after a failure takes up what `sealift jobs list` tells, until it ends. */
import { readFile } from 'node:fs/promises';
import type { Receipt } from '../../shared/domain/job.ts';
import type { Bench, Running } from '../integration/cli/harness.ts';

/** More than twice as long as any command needs here that comes to its end. */
const MOST_MS = 150_000;

/** What one command line came to. */
export interface Told {
  readonly isOk: boolean;
  /** Of the error; `killed` and `hung` when there was no word. */
  readonly code: string;
  /** What happened and the next step. */
  readonly words: string;
  readonly stderr: string;
  readonly receipts: readonly Receipt[];
}

interface Printed {
  readonly ok: boolean;
  readonly receipts?: readonly Receipt[];
  readonly jobs?: readonly { readonly id: string; readonly state: string }[];
  readonly error?: { readonly code: string; readonly text: string; readonly next: string };
}

export class User {
  readonly #bench: Bench;
  readonly #env: Readonly<Record<string, string>>;

  constructor(bench: Bench, env: Readonly<Record<string, string>>) {
    this.#bench = bench;
    this.#env = env;
  }

  start(args: readonly string[]): Running {
    const running = this.#bench.start([...args, '--json'], { env: this.#env });
    running.child.stdin?.end();
    return running;
  }

  async told(running: Running): Promise<Told> {
    let isHung = false;
    const timer = setTimeout(() => {
      isHung = true;
      running.child.kill('SIGKILL');
    }, MOST_MS);
    const { stdout, stderr, code } = await running.result;
    clearTimeout(timer);
    const { ok, error, receipts = [] } = printedIn(stdout);
    if (isHung) return { isOk: false, code: 'hung', words: '', stderr, receipts };
    if (code === null) return { isOk: false, code: 'killed', words: '', stderr, receipts };
    const words = error ? `${error.text} ${error.next}` : '';
    return { isOk: ok && code === 0, code: error?.code ?? `exit ${code}`, words, stderr, receipts };
  }

  async run(args: readonly string[]): Promise<Told> {
    return this.told(this.start(args));
  }

  /** Ids of the deliveries that wait to be taken up. */
  async jobs(): Promise<string[]> {
    const { stdout } = await this.start(['jobs', 'list']).result;
    return (printedIn(stdout).jobs ?? []).map(({ id }) => id);
  }

  /** The receipts that the profile keeps of a file. */
  async receiptsOf(sourceName: string): Promise<Receipt[]> {
    const text = await readFile(this.#bench.path('profile/receipts.jsonl'), 'utf8').catch(() => '');
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return lines
      .flatMap((line) => {
        try {
          return [JSON.parse(line) as Receipt];
        } catch {
          return [];
        }
      })
      .filter((receipt) => receipt.sourceName === sourceName);
  }
}

/** The last line of stdout; a program that was killed printed none. */
function printedIn(stdout: string): Printed {
  try {
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Printed;
  } catch {
    return { ok: false };
  }
}
