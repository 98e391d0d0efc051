// Drops real files on the window, as the desktop would.
import type { Page } from '@playwright/test';

/** @param area the accessible name of the group that takes the files */
export async function dropOn(window: Page, area: string, paths: readonly string[]): Promise<void> {
  const box = (await window.getByRole('group', { name: area }).boundingBox())!;
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const session = await window.context().newCDPSession(window);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at, data });
  }
  await session.detach();
}
