/** What Chromium's trace says of time on the CPU: of the window's main thread, and of those that draw for it. */

interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** In milliseconds on the CPU. */
export interface ThreadTimes {
  /** Of each task of the window's main thread. */
  readonly mainTasks: readonly number[];
  /** The window's other threads: compositor, raster, the collector's helpers. */
  readonly beside: number;
  /** Chromium's process that puts the window together; without a graphics processor it does so in software. */
  readonly gpuProcess: number;
}

/** @param trace JSON, recorded with the categories `toplevel` and `__metadata` */
export function threadTimes(trace: string): ThreadTimes {
  const { traceEvents } = JSON.parse(trace) as { traceEvents: readonly TraceEvent[] };
  const named = (kind: string, name: string) =>
    traceEvents.filter((event) => event.name === kind && event.args?.name === name);
  const mains = new Set(named('thread_name', 'CrRendererMain').map(threadOf));
  const windows = new Set(named('process_name', 'Renderer').map(({ pid }) => pid));
  const gpus = new Set(named('process_name', 'GPU Process').map(({ pid }) => pid));
  // Of tasks within a task the outer one counts.
  const tasks = traceEvents.filter(({ ph, name }) => ph === 'X' && OUTER_TASKS.has(name));
  const total = (events: readonly TraceEvent[]) =>
    events.reduce((sum, event) => sum + cpuMs(event), 0);
  return {
    mainTasks: tasks.filter((event) => mains.has(threadOf(event))).map(cpuMs),
    beside: total(tasks.filter((event) => windows.has(event.pid) && !mains.has(threadOf(event)))),
    gpuProcess: total(tasks.filter(({ pid }) => gpus.has(pid))),
  };
}

const OUTER_TASKS: ReadonlySet<string> = new Set([
  'ThreadControllerImpl::RunTask',
  'ThreadPool_RunTask',
]);

function threadOf({ pid, tid }: TraceEvent): string {
  return `${pid} ${tid}`;
}

function cpuMs({ tdur, dur }: TraceEvent): number {
  return (tdur ?? dur ?? 0) / 1000;
}
