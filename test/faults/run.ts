/** Deliveries with a fault each, to both servers side by side, and the table of how they ended. */
import { canMountTmpfs } from '../helpers/tmpfs.ts';
import type { Ending, State } from './ending.ts';
import { Lane } from './lane.ts';
import { FAULTS, planTrials, SERVERS } from './plan.ts';
import type { Fault, ServerName, Trial } from './plan.ts';

export interface RunOptions {
  /** With a fault; one without goes before them to each server. */
  readonly deliveries: number;
  readonly seed: number;
  readonly rows: number;
  readonly bytesPerSecond: number;
  readonly longStallMs: number;
  /** Only the deliveries of these numbers, to see one again. */
  readonly only?: readonly number[];
  /** Default: all that can be made here. */
  readonly faults?: readonly Fault[];
  /** Begins no further delivery. */
  readonly signal?: AbortSignal;
  readonly tell: (line: string) => void;
}

export interface Outcome {
  readonly table: string;
  /** One sentence each; empty: all ended whole and once. */
  readonly findings: readonly string[];
}

export async function runFaults(options: RunOptions): Promise<Outcome> {
  const { deliveries, seed, tell } = options;
  const canMount = canMountTmpfs();
  if (!canMount) tell('No disk is filled, since this user may not mount a tmpfs.');
  const wanted = options.faults ?? FAULTS;
  const faults = wanted.filter((fault) => canMount || !fault.startsWith('disk full'));
  const trials = planTrials(deliveries, seed, faults);
  const lanes = await Promise.all(
    SERVERS.map((server) => runLane(server, trials, { ...options, canMount })),
  );
  const endings = lanes.flatMap((lane) => lane.endings);
  const findings = [
    ...endings.flatMap((ending) => ending.findings.map((words) => `${nameOf(ending)}: ${words}`)),
    ...endings.flatMap((ending) =>
      ending.leftovers.map((file) => `${nameOf(ending)}: left behind: ${file}`),
    ),
    ...lanes.flatMap((lane) => lane.findings),
  ];
  return { table: tableOf(endings), findings };
}

interface LaneResult {
  readonly endings: readonly Ending[];
  readonly findings: readonly string[];
}

async function runLane(
  server: ServerName,
  trials: readonly Trial[],
  options: RunOptions & { readonly canMount: boolean },
): Promise<LaneResult> {
  const { only, tell } = options;
  const own = trials.filter(
    ({ server: at, fault, number }) =>
      at === server && (fault === 'none' || (only?.includes(number) ?? true)),
  );
  const lane = await Lane.open(server, options);
  const endings: Ending[] = [];
  try {
    for (const trial of own) {
      if (options.signal?.aborted) break;
      const ending = await lane.deliver(trial);
      endings.push(ending);
      tell(progressOf(ending));
    }
    const findings = (await lane.verifyReceipts()).map((words) => `${server}: ${words}`);
    return { endings, findings };
  } finally {
    await lane.close();
  }
}

function nameOf({ trial }: Ending): string {
  const { number, server, fault, inParts, isFar } = trial;
  const how = [...(inParts ? ['in parts'] : []), ...(isFar ? ['far'] : [])].join(', ');
  return `#${number} ${server}, ${fault}${how && ` (${how})`}`;
}

function progressOf(ending: Ending): string {
  const { state, isHit, resumes, trail, seen, findings, leftovers, trial } = ending;
  const isSmooth = state === 'at once';
  const missed = isHit || trial.fault === 'none' ? '' : ', the fault came too late';
  const lines = [
    `${nameOf(ending)}: ${state}${resumes > 0 ? ` after ${resumes}` : ''}${missed}`,
    ...(isSmooth ? [] : trail.map((step) => `    ${step}`)),
    ...seen.map((words) => `    (${words})`),
    ...findings.map((words) => `    FAILED: ${words}`),
    ...leftovers.map((file) => `    LEFT BEHIND: ${file}`),
  ];
  return lines.join('\n');
}

const STATES: readonly State[] = ['at once', 'by itself', 'resumed', 'looked up', 'not ended'];
const HEADS = ['fault', 'server', 'deliveries', ...STATES, 'resumes', 'too late'] as const;

function tableOf(endings: readonly Ending[]): string {
  const kinds: readonly Fault[] = ['none', ...FAULTS];
  const rows = kinds.flatMap((fault) =>
    SERVERS.flatMap((server) => {
      const own = endings.filter(({ trial }) => trial.fault === fault && trial.server === server);
      return own.length === 0 ? [] : [row(fault, server, own)];
    }),
  );
  const all = [HEADS.map(String), ...rows, row('all', '', endings)];
  const widths = HEADS.map((_, column) =>
    Math.max(...all.map((cells) => cells[column]?.length ?? 0)),
  );
  return all
    .map((cells) =>
      cells
        .map((cell, column) =>
          column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}

function row(fault: string, server: string, endings: readonly Ending[]): string[] {
  const tooLate = endings.filter(({ isHit, trial }) => !isHit && trial.fault !== 'none').length;
  const resumes = endings.reduce((sum, ending) => sum + ending.resumes, 0);
  const counts = STATES.map((state) => endings.filter((ending) => ending.state === state).length);
  return [fault, server, ...[endings.length, ...counts, resumes, tooLate].map(String)];
}
