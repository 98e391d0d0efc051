// What stands in the window's memory: a heap snapshot, searched for text.
import type { Page } from '@playwright/test';

/** Which of the needles stand in the window's heap. */
export async function heapHolding(window: Page, needles: readonly string[]): Promise<string[]> {
  const session = await window.context().newCDPSession(window);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  const heap = chunks.join('');
  return needles.filter((needle) => heap.includes(needle));
}
