/** A request's body as it comes, for what is too large to be held. */
import type { IncomingMessage } from 'node:http';
import { SdsFailure } from '../sds/failure.ts';

/**
 * Yields the body. Time counts only while the client is waited for, not while its bytes are dealt with.
 * The connection stays open whatever happens, so that an answer can still be given.
 * @throws SdsFailure UPLOAD_STALLED after `idleMs` without a byte; what the connection throws
 */
export async function* readBody(incoming: IncomingMessage, idleMs: number): AsyncGenerator<Buffer> {
  const chunks: AsyncIterator<Buffer, void> = incoming.iterator({ destroyOnReturn: false });
  for (;;) {
    const { done, value } = await within(idleMs, chunks.next());
    if (done) return;
    yield value;
  }
}

function within<T>(idleMs: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const seconds = Math.round(idleMs / 1000);
      reject(new SdsFailure('UPLOAD_STALLED', `Nothing came for ${seconds} seconds.`));
    }, idleMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
