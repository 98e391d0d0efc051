/**
 * Runs fuzz targets, each in a thread that can be ended when an input keeps it for too long:
 * `program [target…] [--seconds N | --inputs N] [--seed N] [--artefacts FOLDER]`. A failing input is
 * written there; the same seed makes the same inputs. Exit code 1 when there was one.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Random } from '../helpers/random.ts';
import { dataTargets } from './data-targets.ts';
import { messageTargets } from './message-targets.ts';
import { mutate } from './mutate.ts';
import type { Target } from './target.ts';
import { textTargets } from './text-targets.ts';

const TARGETS: readonly Target[] = [...dataTargets, ...textTargets, ...messageTargets];
const DEFAULT_SECONDS = 60;
/** An input has 256 KiB at most; what takes this long takes more than linear time. */
const HANG_MS = 20_000;
const LOOK_EVERY_MS = 200;
const MAX_RSS_BYTES = 1.5 * 1024 ** 3;
const MAX_HEAP_MIB = 512;
const SHARED_BYTES = 512 * 1024;
/** Inputs that had a new answer are mutated further, up to so many. */
const MAX_CORPUS = 500;

interface Task {
  readonly name: string;
  readonly seed: number;
  readonly seconds: number;
  readonly inputs: number;
  /** The input in hand: its length, how many there were, and its bytes. */
  readonly shared: SharedArrayBuffer;
}

interface Result {
  readonly inputs: number;
  readonly answers: number;
  readonly seconds: number;
  readonly failure?: { readonly message: string; readonly input: Uint8Array };
}

if (isMainThread) process.exitCode = await runAll();
else parentPort?.postMessage(await runTarget(workerData as Task));

async function runAll(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string' },
      inputs: { type: 'string' },
      seed: { type: 'string' },
      artefacts: { type: 'string', default: 'artefacts' },
    },
  });
  const chosen = TARGETS.filter(
    ({ name }) => positionals.length === 0 || positionals.includes(name),
  );
  const unknown = positionals.filter((name) => !TARGETS.some((target) => target.name === name));
  if (unknown.length > 0 || chosen.length === 0) {
    const names = TARGETS.map(({ name }) => name).join(', ');
    process.stderr.write(`no target is called ${unknown.join(', ')}; there are: ${names}\n`);
    return 2;
  }
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  const inputs = values.inputs === undefined ? Infinity : Number(values.inputs);
  const seconds =
    values.inputs === undefined ? Number(values.seconds ?? DEFAULT_SECONDS) : Infinity;
  process.stdout.write(`seed ${seed}\n`);
  let failures = 0;
  for (const { name } of chosen) {
    const shared = new SharedArrayBuffer(SHARED_BYTES);
    const result = await watched({ name, seed, seconds, inputs, shared });
    const rate = Math.round(result.inputs / Math.max(result.seconds, 0.001));
    process.stdout.write(
      `${name.padEnd(18)}${String(result.inputs).padStart(9)} inputs ${String(rate).padStart(6)}/s ${String(result.answers).padStart(4)} answers\n`,
    );
    if (!result.failure) continue;
    failures += 1;
    mkdirSync(values.artefacts, { recursive: true });
    const path = join(values.artefacts, `fuzz-${name}-${seed}`);
    writeFileSync(path, result.failure.input);
    process.stdout.write(`  FAILED, input in ${path}\n  ${result.failure.message}\n`);
  }
  return failures > 0 ? 1 : 0;
}

/** Runs one target in a thread; a hang, too much memory and the thread's own end are failures. */
function watched(task: Task): Promise<Result> {
  const worker = new Worker(fileURLToPath(import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
  });
  const started = performance.now();
  const [lengthAt, countAt] = [0, 1];
  const numbers = new Int32Array(task.shared, 0, 2);
  return new Promise((resolve) => {
    let seen = -1;
    let since = performance.now();
    const end = (result: Result): void => {
      clearInterval(timer);
      void worker.terminate();
      resolve(result);
    };
    const fail = (message: string): void => {
      const length = Atomics.load(numbers, lengthAt);
      const input = Uint8Array.from(new Uint8Array(task.shared, 8, length));
      const inputs = Atomics.load(numbers, countAt);
      const seconds = (performance.now() - started) / 1000;
      end({ inputs, answers: 0, seconds, failure: { message, input } });
    };
    const timer = setInterval(() => {
      const count = Atomics.load(numbers, countAt);
      if (count !== seen) {
        seen = count;
        since = performance.now();
      } else if (count > 0 && performance.now() - since > HANG_MS) {
        fail(`no end after ${HANG_MS / 1000} seconds`);
      }
      const { rss } = process.memoryUsage();
      if (rss > MAX_RSS_BYTES) fail(`the process holds ${Math.round(rss / 1024 ** 2)} MiB`);
    }, LOOK_EVERY_MS);
    worker.once('message', end);
    worker.once('error', (error) => fail(error.stack ?? error.message));
  });
}

async function runTarget({ name, seed, seconds, inputs, shared }: Task): Promise<Result> {
  const target = TARGETS.find((one) => one.name === name);
  if (!target) throw new Error(`no target is called ${name}`);
  const random = new Random(seed);
  const corpus: Buffer[] = [...(await target.seeds())];
  const words = target.words.map((word) => wordBytes(word));
  const answers = new Set<string>();
  const numbers = new Int32Array(shared, 0, 2);
  const bytes = new Uint8Array(shared, 8);
  const started = performance.now();
  const secondsSoFar = (): number => (performance.now() - started) / 1000;
  const seeds = [...corpus];
  let count = 0;
  for (; count < inputs && secondsSoFar() < seconds; count += 1) {
    const input = seeds[count] ?? mutate(corpus, words, random);
    bytes.set(input);
    Atomics.store(numbers, 0, input.length);
    Atomics.store(numbers, 1, count + 1);
    let answer: string;
    try {
      answer = await target.run(Buffer.from(input));
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const failure = { message, input: Uint8Array.from(input) };
      return { inputs: count + 1, answers: answers.size, seconds: secondsSoFar(), failure };
    }
    if (answers.has(answer)) continue;
    answers.add(answer);
    if (corpus.length < MAX_CORPUS) corpus.push(Buffer.from(input));
  }
  return { inputs: count, answers: answers.size, seconds: secondsSoFar() };
}

/** Words that are single bytes are written as `\xNN`; all else is UTF-8. */
function wordBytes(word: string): Buffer {
  return /^[\x80-\xff]$/.test(word) ? Buffer.from(word, 'latin1') : Buffer.from(word);
}
