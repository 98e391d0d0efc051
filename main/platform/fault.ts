/** Faults that nobody expected: how they are told to the log without telling what they quote. */

/**
 * The stack of an error without its message: a parser's message may quote the data it choked on.
 * Causes are followed, three deep.
 */
export function stackWithoutMessage(fault: unknown, depth = 0): string {
  if (!(fault instanceof Error)) return `a thrown ${typeof fault}`;
  const code = (fault as NodeJS.ErrnoException).code;
  const frames = (fault.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const head = code === undefined ? fault.name : `${fault.name} (${code})`;
  const cause =
    fault.cause === undefined || depth >= 3
      ? ''
      : `\ncaused by ${stackWithoutMessage(fault.cause, depth + 1)}`;
  return `${[head, ...frames].join('\n')}${cause}`;
}
