/**
 * Makes the queued calls: those of one lane in their order, lanes side by side. A call leaves the queue
 * when it was taken, or after its last try.
 */
import { createHmac } from 'node:crypto';
import { log } from '../log.ts';
import { post } from './post.ts';
import type { TargetPolicy } from './targets.ts';

/** A call, and where it goes. */
export interface QueuedCall {
  readonly id: string;
  /** Of the calls of one lane the next is made when the one before has left the queue. */
  readonly lane: string;
  readonly body: string;
  /** How often it failed so far. */
  readonly failures: number;
  /** Not positive: now. */
  readonly dueInMs: number;
  readonly url: string;
  readonly secret: string;
}

export interface CallQueue {
  /** At most one call of each lane: the ones to be made now, and what is due next. */
  heads(): Promise<QueuedCall[]>;
  /** The call leaves the queue. @param failure why it was given up; absent: it was taken */
  done(call: QueuedCall, failure?: string): Promise<void>;
  /** It failed once more. */
  postpone(call: QueuedCall, seconds: number, failure: string): Promise<void>;
}

/** How the calls of one queue are made. */
export interface CallManner {
  /** How they are called in the log. */
  readonly event: 'webhook' | 'sds.callback';
  /** From one try to the next; a call that failed once more than this is given up. */
  readonly retrySeconds: readonly number[];
  /** Whether the receiver has taken the call. */
  isTaken(status: number): boolean;
}

/** Looks again after this long at the latest: a timer of Node cannot be longer than 24 days. */
const MAX_WAIT_MS = 60 * 60 * 1000;
/** When the queue itself could not be read. */
const RECOVERY_MS = 10_000;

export class CallSender {
  readonly #queue: CallQueue;
  readonly #manner: CallManner;
  readonly #policy: TargetPolicy;
  readonly #stop = new AbortController();
  readonly #busy = new Map<string, Promise<void>>();
  #looking: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(queue: CallQueue, manner: CallManner, policy: TargetPolicy) {
    this.#queue = queue;
    this.#manner = manner;
    this.#policy = policy;
  }

  /** Something may be queued. */
  wake(): void {
    if (this.#stop.signal.aborted) return;
    this.#looking = this.#looking.then(() => this.#look());
  }

  /** A call that is under way is broken off, and made again at the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    await this.#looking;
    await Promise.all(this.#busy.values());
  }

  async #look(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    clearTimeout(this.#timer);
    try {
      let waitMs = MAX_WAIT_MS;
      for (const call of await this.#queue.heads()) {
        if (this.#busy.has(call.lane)) continue;
        if (call.dueInMs <= 0) this.#start(call);
        else waitMs = Math.min(waitMs, call.dueInMs);
      }
      this.#timer = setTimeout(() => this.wake(), waitMs).unref();
    } catch (error) {
      this.#warn('queue-unreadable', error);
      this.#timer = setTimeout(() => this.wake(), RECOVERY_MS).unref();
    }
  }

  #start(call: QueuedCall): void {
    const sending = this.#send(call)
      .catch((error: unknown) => this.#warn('not-concluded', error))
      .finally(() => {
        this.#busy.delete(call.lane);
        this.wake();
      });
    this.#busy.set(call.lane, sending);
  }

  async #send(call: QueuedCall): Promise<void> {
    const { signal } = this.#stop;
    const failure = await attempt(call, this.#manner, this.#policy, signal);
    if (signal.aborted) return;
    if (failure === undefined) {
      await this.#queue.done(call);
      return;
    }
    const { event, retrySeconds } = this.#manner;
    const fields = { call: call.id, lane: call.lane, failure };
    const delaySeconds = retrySeconds[call.failures];
    if (delaySeconds === undefined) {
      log.warn(`${event}.given-up`, fields);
      await this.#queue.done(call, failure);
    } else {
      log.info(`${event}.failed`, { ...fields, delaySeconds });
      await this.#queue.postpone(call, delaySeconds, failure);
    }
  }

  #warn(event: string, error: unknown): void {
    log.warn(`${this.#manner.event}.${event}`, {
      error: error instanceof Error ? error.name : typeof error,
    });
  }
}

/** @returns why the call failed, in a word without the URL, which may hold a secret. */
async function attempt(
  { url, secret, body }: QueuedCall,
  manner: CallManner,
  policy: TargetPolicy,
  signal: AbortSignal,
): Promise<string | undefined> {
  const headers = {
    'Content-Type': 'application/json',
    'User-Agent': 'Sealift',
    'X-Sealift-Signature': signature(secret, body, Math.floor(Date.now() / 1000)),
  };
  try {
    const status = await post({ url, body, headers, signal }, policy);
    return manner.isTaken(status) ? undefined : `status ${status}`;
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    return code ?? name;
  }
}

/** `t=<epoch seconds>,v1=<hex>`: HMAC-SHA256 of `<t>.<body>` under the secret's UTF-8 bytes. */
function signature(secret: string, body: string, seconds: number): string {
  const v1 = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${v1}`;
}
