/** Medians, and tables of them. */
import { cpus, loadavg } from 'node:os';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Runs all contenders in turn, `rounds` times over, so that whatever else the machine does falls on all of
 * them alike; each once before that, uncounted.
 *
 * @param once those that run a single time, counted: nothing is held against them, and they take long
 * @returns what each run gave, by the contender's name
 */
export async function alternate<T>(
  contenders: Readonly<Record<string, () => Promise<T>>>,
  rounds: number,
  once: ReadonlySet<string> = new Set(),
): Promise<Map<string, readonly T[]>> {
  const results = new Map<string, T[]>();
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, run] of Object.entries(contenders)) {
      if (once.has(name) && round !== 1) continue;
      const result = await run();
      if (round > 0) results.set(name, [...(results.get(name) ?? []), result]);
    }
  }
  return results;
}

/** Markdown, with columns of equal width. The first column is aligned to the left, the others to the right. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  process.stdout.write(`${[line(head), rule, ...rows.map(line)].join('\n')}\n`);
}

/** One line on the machine, and on what else it does. */
export function machine(): string {
  const load = loadavg()[0]!.toFixed(1);
  return `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), load ${load} at the end`;
}
