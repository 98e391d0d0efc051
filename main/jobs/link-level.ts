/**
 * How hard the data of a delivery is compressed while it is sent: quickly where the line takes all that is sealed,
 * harder where sealed bytes wait for it, since then there is time to make fewer of them.
 */
import type { Level } from '../seal/compression.ts';

export const QUICK_LEVEL = 1 satisfies Level;
/** Beyond it the time grows much more than the output shrinks. */
export const HARD_LEVEL = 6 satisfies Level;

const MIB = 1024 * 1024;
/** Even a quick line has some of it to read: it takes large pieces, and several at a time. */
const MANY_BYTES = 4 * MIB;
const FEW_BYTES = MIB;

/**
 * @param backlogBytes sealed and not yet taken by the upload; undefined while nobody takes them, when nothing is
 *   known of the line
 * @returns the level for the next block
 */
export function linkLevel(backlogBytes: () => number | undefined): () => Level {
  let level: Level = QUICK_LEVEL;
  return () => {
    const backlog = backlogBytes() ?? 0;
    if (backlog > MANY_BYTES) level = HARD_LEVEL;
    else if (backlog < FEW_BYTES) level = QUICK_LEVEL;
    return level;
  };
}
