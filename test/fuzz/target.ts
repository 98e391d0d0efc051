/** What the driver runs, and what the targets share. */
import { FileFailure, ApiError } from '../../server/failure.ts';
import { AppError } from '../../shared/errors/index.ts';
import { Random } from '../helpers/random.ts';

export interface Target {
  readonly name: string;
  /** Valid inputs, from which the others are made. */
  readonly seeds: () => readonly Buffer[] | Promise<readonly Buffer[]>;
  /** Words of the input's language. */
  readonly words: readonly string[];
  /**
   * Answers in a word what became of the input: one with a new answer is kept and mutated further.
   * Throws when something came out that never may.
   */
  readonly run: (input: Buffer) => string | Promise<string>;
}

/** The answer, or the code of an expected failure; all else goes through. */
export async function outcomeOf(work: () => string | Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (error) {
    const isExpected =
      error instanceof AppError || error instanceof FileFailure || error instanceof ApiError;
    if (!isExpected) throw error;
    return error.code;
  }
}

/** The input cut into chunks at places that depend on nothing but the input. */
export function* chunksOf(input: Buffer): Generator<Buffer> {
  const random = new Random(input.length);
  const most = random.pick([1, 3, 64, 4096, 65_536]);
  // One byte at a time is for short inputs: a large one would only take long.
  const least = Math.ceil(input.length / 2000);
  for (let at = 0; at < input.length;) {
    const size = least + random.next(most);
    yield input.subarray(at, at + Math.max(1, size));
    at += Math.max(1, size);
  }
}

export async function* streamOf(chunks: Iterable<Buffer>): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

/** Size classes, so that not every number of records is an answer of its own. */
export function sizeClass(count: number): number {
  return 32 - Math.clz32(count);
}
