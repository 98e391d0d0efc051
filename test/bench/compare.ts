/** One kind of bench: several programs do the same work on the same bytes, and one of them is the measure. */
import type { Timed } from './command.ts';
import { alternate, median, printTable } from './table.ts';

export interface Contender {
  readonly name: string;
  readonly run: () => Promise<Timed>;
  /** Runs a single time, only to be seen beside the others. */
  readonly isAside?: boolean;
  /** The contender that this one is held against. */
  readonly against?: string;
  /** Bytes of what came out of the last run. */
  readonly outputBytes?: () => Promise<number>;
}

/** Times the contenders in turn and prints a table; rates are of the plain bytes, whichever way they went. */
export async function compare(
  contenders: readonly Contender[],
  plainBytes: number,
  rounds: number,
): Promise<void> {
  const sizes = new Map<string, number>();
  const runs = Object.fromEntries(
    contenders.map(({ name, run, outputBytes }) => [
      name,
      async () => {
        const timed = await run();
        if (outputBytes) sizes.set(name, await outputBytes());
        return timed;
      },
    ]),
  );
  const asides = contenders.filter(({ isAside }) => isAside).map(({ name }) => name);
  const results = await alternate(runs, rounds, new Set(asides));
  const of = (name: string, field: keyof Timed): number =>
    median((results.get(name) ?? []).map((timed) => timed[field]));
  const mib = plainBytes / 1024 / 1024;
  const rows = contenders.map(({ name, against }) => {
    const seconds = of(name, 'seconds');
    const size = sizes.get(name);
    const peerSize = against === undefined ? undefined : sizes.get(against);
    const ratio = against === undefined ? '' : `${(of(against, 'seconds') / seconds).toFixed(1)} ×`;
    const output = size === undefined ? '' : `${((100 * size) / plainBytes).toFixed(1)} %`;
    const sizeRatio = size && peerSize ? `${(size / peerSize).toFixed(2)} ×` : '';
    const cpu = ((1000 * of(name, 'cpuSeconds')) / mib).toFixed(1);
    return [name, seconds.toFixed(2), (mib / seconds).toFixed(0), ratio, cpu, output, sizeRatio];
  });
  const head = ['', 'seconds', 'MiB/s', 'speed', 'CPU ms/MiB', 'output', 'size'];
  printTable(head, rows);
}
