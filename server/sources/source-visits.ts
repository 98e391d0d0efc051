/** When sources are visited: by the clock of their cron line, or when told; one visit of a source at a time. */
import { Cron } from 'croner';
import { ApiError } from '../failure.ts';
import { errorFields, log } from '../log.ts';
import type { Source } from '../store/sources.ts';
import { SourceProblem } from './remote-folder.ts';
import { visit } from './visit.ts';
import type { VisitDeps } from './visit.ts';

export class SourceVisits {
  readonly #deps: VisitDeps;
  readonly #stop = new AbortController();
  readonly #clocks = new Map<string, Cron>();
  readonly #running = new Map<string, Promise<void>>();

  constructor(deps: VisitDeps) {
    this.#deps = deps;
  }

  /** Takes up the clocks of all sources. A time that passed while the server was down is not made up. */
  async start(): Promise<void> {
    for (const source of await this.#deps.store.sources.scheduled()) this.schedule(source);
  }

  schedule(source: Source): void {
    if (source.cron === null) return;
    const clock = makeClock(source.cron, source.timeZone, () => this.run(source));
    this.#clocks.set(source.id, clock);
  }

  /** No further visit begins; one that is under way ends by itself. */
  forget(id: string): void {
    this.#clocks.get(id)?.stop();
    this.#clocks.delete(id);
  }

  isRunning(id: string): boolean {
    return this.#running.has(id);
  }

  /** Begins a visit, unless one is under way. */
  run(source: Source): void {
    const { id } = source;
    if (this.#stop.signal.aborted || this.#running.has(id)) return;
    const running = this.#visit(source)
      .catch((error: unknown) =>
        log.error('source.not-noted', { source: id, ...errorFields(error) }),
      )
      .finally(() => this.#running.delete(id));
    this.#running.set(id, running);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    for (const clock of this.#clocks.values()) clock.stop();
    await Promise.all(this.#running.values());
  }

  async #visit(source: Source): Promise<void> {
    const at = new Date().toISOString();
    const fields = { source: source.id, account: source.accountId };
    let fetched = 0;
    let problem: string | null = null;
    try {
      await visit(this.#deps, source, () => (fetched += 1), this.#stop.signal);
    } catch (error) {
      if (error instanceof SourceProblem) problem = error.message;
      else {
        problem = 'Something went wrong on the platform.';
        log.error('source.internal-error', { ...fields, ...errorFields(error) });
      }
    }
    log.info('source.visited', { ...fields, fetched, problem });
    const { sources, activity } = this.#deps.store;
    await sources.setVisit(source.id, { at, fetched, problem });
    const told = `The source ${source.url} was visited: ${fetched} fetched.`;
    await activity.note(source.accountId, {
      kind: 'source',
      problem: problem !== null,
      message: problem === null ? told : `${told} ${problem}`,
    });
  }
}

/**
 * Whether a cron line and a time zone are such, and ever come to pass.
 * @throws ApiError 400
 */
export function checkCron(cron: string, timeZone: string | null): void {
  let next: Date | null = null;
  try {
    const clock = makeClock(cron, timeZone, () => undefined);
    next = clock.nextRun();
    clock.stop();
  } catch {
    // A line that is none has no next time either.
  }
  if (!next) {
    throw new ApiError(
      400,
      'SOURCE_CRON',
      'The cron line or its time zone is not valid, or never comes.',
    );
  }
}

function makeClock(cron: string, timeZone: string | null, act: () => void): Cron {
  return new Cron(cron, { timezone: timeZone ?? 'UTC', unref: true }, act);
}
