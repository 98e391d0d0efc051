/** Finds the threads that are built beside the program. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Their names are given to them in electron.vite.config.ts. */
export type ThreadName = 'armor-thread' | 'deflate-thread';

/**
 * The path of the built thread; undefined where the program runs from its sources, as the unit tests do, and
 * where a second thread would have no core of its own.
 */
export function builtThread(name: ThreadName): string | undefined {
  if (availableParallelism() < 2) return undefined;
  // Bundled, this module lies in the folder of the program or in one for parts that programs share.
  const places = [`./${name}.js`, `../${name}.js`];
  return places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find(existsSync);
}
