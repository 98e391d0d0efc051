/** What /metrics tells, in Prometheus' text format: counts and times, no name and no id. */
import type { Context, MiddlewareHandler } from 'hono';
import type { Transfer, TransferOutcome, TransferTally } from '../sds/transfer-tally.ts';

/** Upper bounds in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] as const;

export type MeasuredApi = 'console' | 'sds';

interface Histogram {
  readonly counts: number[];
  seconds: number;
  total: number;
}

export class Metrics implements TransferTally {
  /** By their labels as they are printed. */
  readonly #requests = new Map<string, number>();
  readonly #durations = new Map<MeasuredApi, Histogram>();
  readonly #transfers = new Map<string, number>();
  readonly #transferBytes = new Map<string, number>();
  #underWay = 0;

  /** Measures every request, until its answer's headers are ready. */
  measure(api: MeasuredApi, onDone?: (context: Context, ms: number) => void): MiddlewareHandler {
    return async (context, next) => {
      const startMs = performance.now();
      this.#underWay += 1;
      try {
        await next();
      } finally {
        this.#underWay -= 1;
        const ms = performance.now() - startMs;
        this.#observe(api, context.req.method, context.res.status, ms / 1000);
        onDone?.(context, ms);
      }
    };
  }

  moved(transfer: Transfer, bytes: number): void {
    add(this.#transferBytes, `{direction="${transfer}"}`, bytes);
  }

  ended(transfer: Transfer, outcome: TransferOutcome): void {
    add(this.#transfers, `{direction="${transfer}",outcome="${outcome}"}`, 1);
  }

  text(): string {
    const { rss, heapUsed } = process.memoryUsage();
    return [
      ...series('sealift_http_requests_total', 'counter', 'Requests answered.', this.#requests),
      '# HELP sealift_http_request_seconds Time until the headers of an answer.',
      '# TYPE sealift_http_request_seconds histogram',
      ...[...this.#durations].flatMap(([api, histogram]) => histogramLines(api, histogram)),
      ...gauge(
        'sealift_http_requests_under_way',
        'Requests that wait for an answer.',
        this.#underWay,
      ),
      ...series(
        'sealift_sds_file_transfers_total',
        'counter',
        'Uploads and downloads of files that have ended.',
        this.#transfers,
      ),
      ...series(
        'sealift_sds_file_bytes_total',
        'counter',
        'Bytes of files that came in and went out.',
        this.#transferBytes,
      ),
      ...gauge('process_resident_memory_bytes', 'Memory of the process.', rss),
      ...gauge('nodejs_heap_size_used_bytes', 'Heap in use.', heapUsed),
      ...gauge('process_uptime_seconds', 'Time since the start.', process.uptime()),
      '',
    ].join('\n');
  }

  #observe(api: MeasuredApi, method: string, status: number, seconds: number): void {
    // A method is the caller's own word: only the known ones become a label.
    const known = /^(GET|POST|PUT|DELETE)$/.test(method) ? method : 'other';
    const labels = `{api="${api}",method="${known}",status="${status}"}`;
    add(this.#requests, labels, 1);
    let histogram = this.#durations.get(api);
    if (!histogram) {
      histogram = { counts: BUCKETS.map(() => 0), seconds: 0, total: 0 };
      this.#durations.set(api, histogram);
    }
    histogram.total += 1;
    histogram.seconds += seconds;
    const bucket = BUCKETS.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) histogram.counts[bucket]! += 1;
  }
}

function add(values: Map<string, number>, labels: string, value: number): void {
  values.set(labels, (values.get(labels) ?? 0) + value);
}

function series(
  name: string,
  type: 'counter',
  help: string,
  values: ReadonlyMap<string, number>,
): string[] {
  const lines = [...values].map(([labels, value]) => `${name}${labels} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines];
}

/** Buckets count everything up to their bound. */
function histogramLines(api: MeasuredApi, { counts, seconds, total }: Histogram): string[] {
  const name = 'sealift_http_request_seconds';
  let below = 0;
  const buckets = BUCKETS.map((bound, index) => {
    below += counts[index] ?? 0;
    return `${name}_bucket{api="${api}",le="${bound}"} ${below}`;
  });
  return [
    ...buckets,
    `${name}_bucket{api="${api}",le="+Inf"} ${total}`,
    `${name}_sum{api="${api}"} ${seconds}`,
    `${name}_count{api="${api}"} ${total}`,
  ];
}

function gauge(name: string, help: string, value: number): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`];
}
