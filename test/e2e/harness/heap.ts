// What stands in the window's memory: its strings, by a heap snapshot, and the bytes of its array buffers, which a
// snapshot leaves out.
import type { CDPSession, Page } from '@playwright/test';

/**
 * @param needles ASCII. A snapshot holds the first 1,024 characters of a string: of longer ones give pieces from
 * their beginning.
 * @returns which of them stand in the window's memory after a garbage collection
 */
export async function heapHolding(window: Page, needles: readonly string[]): Promise<string[]> {
  const session = await window.context().newCDPSession(window);
  await session.send('HeapProfiler.collectGarbage');
  const bytes = await bufferContents(session);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  const heap = chunks.join('');
  return needles.filter((needle) => heap.includes(needle) || bytes.includes(needle));
}

/** All that stands in ArrayBuffers, a character for a byte. */
async function bufferContents(session: CDPSession): Promise<string> {
  const { result: prototype } = await session.send('Runtime.evaluate', {
    expression: 'ArrayBuffer.prototype',
  });
  const { objects } = await session.send('Runtime.queryObjects', {
    prototypeObjectId: prototype.objectId!,
  });
  const { result } = await session.send('Runtime.callFunctionOn', {
    objectId: objects.objectId!,
    functionDeclaration: `function () {
      return this.map((buffer) => new TextDecoder('latin1').decode(buffer)).join('\\n');
    }`,
    returnByValue: true,
  });
  return String(result.value);
}
