/**
 * Sends the queued webhook calls: those of one account in their order, accounts side by side. A call
 * leaves the queue when it was answered with 2xx, or after its last try.
 */
import { createHmac } from 'node:crypto';
import { log } from '../log.ts';
import type { Store } from '../store/index.ts';
import type { QueuedCall, WebhookCall } from '../store/webhooks.ts';
import { post } from './post.ts';
import type { TargetPolicy } from './targets.ts';

/** From one try to the next; a call that failed once more than this is given up. */
const RETRY_SECONDS = [1, 5, 30, 120, 600, 3600, 21_600] as const;
/** Looks again after this long at the latest: a timer of Node cannot be longer than 24 days. */
const MAX_WAIT_MS = 60 * 60 * 1000;
/** When the queue itself could not be read. */
const RECOVERY_MS = 10_000;

export class WebhookSender {
  readonly #store: Pick<Store, 'database' | 'webhooks' | 'activity'>;
  readonly #policy: TargetPolicy;
  readonly #stop = new AbortController();
  readonly #busy = new Map<string, Promise<void>>();
  #looking: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Pick<Store, 'database' | 'webhooks' | 'activity'>, policy: TargetPolicy) {
    this.#store = store;
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
      for (const call of await this.#store.webhooks.heads()) {
        if (this.#busy.has(call.accountId)) continue;
        if (call.dueInMs <= 0) this.#start(call);
        else waitMs = Math.min(waitMs, call.dueInMs);
      }
      this.#timer = setTimeout(() => this.wake(), waitMs).unref();
    } catch (error) {
      this.#warn('webhook.queue-unreadable', error);
      this.#timer = setTimeout(() => this.wake(), RECOVERY_MS).unref();
    }
  }

  #start(call: QueuedCall): void {
    const sending = this.#send(call)
      .catch((error: unknown) => this.#warn('webhook.not-concluded', error))
      .finally(() => {
        this.#busy.delete(call.accountId);
        this.wake();
      });
    this.#busy.set(call.accountId, sending);
  }

  async #send(call: QueuedCall): Promise<void> {
    const { signal } = this.#stop;
    const failure = await attempt(call, this.#policy, signal);
    if (signal.aborted) return;
    const fields = { call: call.id, account: call.accountId, failure };
    const delaySeconds = RETRY_SECONDS[call.failures];
    if (failure === undefined) {
      await this.#conclude(call, 'took');
    } else if (delaySeconds === undefined) {
      log.warn('webhook.given-up', fields);
      await this.#conclude(call, `did not take (${failure}), for the last time,`);
    } else {
      log.info('webhook.failed', { ...fields, delaySeconds });
      await this.#conclude(call, `did not take (${failure}) yet`, delaySeconds);
    }
  }

  /** @param delaySeconds until the next try; absent: there is none */
  async #conclude(call: QueuedCall, what: string, delaySeconds?: number): Promise<void> {
    const { database, webhooks, activity } = this.#store;
    const { importId, manifest, stage } = JSON.parse(call.body) as WebhookCall;
    await database.transaction(async (queries) => {
      if (delaySeconds === undefined) await webhooks.done(queries, call.id);
      else await webhooks.postpone(queries, call.id, delaySeconds);
      await activity.add(queries, call.accountId, {
        kind: 'webhook',
        problem: what !== 'took',
        importId,
        message: `The webhook ${what} the call “${stage}” for ${manifest}.`,
      });
    });
  }

  #warn(event: string, error: unknown): void {
    log.warn(event, { error: error instanceof Error ? error.name : typeof error });
  }
}

/** @returns why the call failed, in a word without the URL, which may hold a secret. */
async function attempt(
  { url, secret, body }: QueuedCall,
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
    return status >= 200 && status < 300 ? undefined : `status ${status}`;
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
