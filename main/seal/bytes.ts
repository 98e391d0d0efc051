/** The currency of this room: streams of bytes, what consumes them, and how a stream is abandoned. */
import { AppError } from '../../shared/errors/index.ts';

/**
 * Its chunks are **lent**: what is in one may change as soon as the next is asked for, since most stages use
 * the same memory again. Who keeps a chunk copies it (`copied`).
 */
export type ByteSource = AsyncIterable<Uint8Array>;

/** A stage of the pipeline: back-pressure comes with the iteration, one chunk is in flight. */
export type ByteStream = AsyncGenerator<Uint8Array, void, undefined>;

/** Where a stage's output ends. */
export interface ByteSink {
  /** Resolves when the sink is done with the chunk, which is lent until then. */
  write(chunk: Uint8Array): Promise<void>;
}

/**
 * The bytes cannot be what they claim to be. Internal to this room: `open` turns it into DAMAGED,
 * one error for every cause, so that a wrong key, a flipped bit and a bad MDC look alike.
 */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError('CANCELLED');
}

/**
 * Waits for `work`, but no longer than until the signal fires.
 * A listener is added for each call and removed after it: racing every chunk against one promise
 * that lives as long as the job would keep all of the races in memory.
 *
 * @throws AppError CANCELLED
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(new AppError('CANCELLED'));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** The same bytes, ending with CANCELLED as soon as the signal fires, even while the source is silent. */
export async function* abortable(source: ByteSource, signal: AbortSignal | undefined): ByteStream {
  const iterator = source[Symbol.asyncIterator]();
  let finished = false;
  try {
    for (;;) {
      const next = await untilAborted(iterator.next(), signal);
      if (next.done) {
        finished = true;
        return;
      }
      yield next.value;
    }
  } finally {
    // Not awaited: a source that is stuck in a read would hold the cancellation up.
    if (!finished) void iterator.return?.().then(undefined, () => undefined);
  }
}

/** `head`, then the bytes of `source`. */
export async function* prepend(head: Uint8Array, source: ByteSource): ByteStream {
  yield head;
  yield* source;
}

/** Shows every chunk to `look` on its way. */
export async function* tap(source: ByteSource, look: (chunk: Uint8Array) => void): ByteStream {
  for await (const chunk of source) {
    look(chunk);
    yield chunk;
  }
}

/** For whoever keeps chunks, or asks for the next before it is done with one. */
export async function* copied(source: ByteSource): ByteStream {
  for await (const chunk of source) yield Buffer.from(chunk);
}

/** Moves everything into the sink, at the sink's pace. */
export async function pump(
  source: ByteSource,
  sink: ByteSink,
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const chunk of source) await untilAborted(sink.write(chunk), signal);
}
