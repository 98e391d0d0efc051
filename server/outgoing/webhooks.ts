/** The calls of imports' webhooks as a queue, whose outcomes the account's activity tells. */
import type { Store } from '../store/index.ts';
import type { WebhookCall } from '../store/webhooks.ts';
import type { CallManner, CallQueue, QueuedCall } from './call-sender.ts';

/** Any 2xx will do, and a receiver may be away for a night. */
export const WEBHOOK_MANNER: CallManner = {
  event: 'webhook',
  retrySeconds: [1, 5, 30, 120, 600, 3600, 21_600],
  isTaken: (status) => status >= 200 && status < 300,
};

export class WebhookQueue implements CallQueue {
  readonly #store: Pick<Store, 'database' | 'webhooks' | 'activity'>;

  constructor(store: Pick<Store, 'database' | 'webhooks' | 'activity'>) {
    this.#store = store;
  }

  heads(): Promise<QueuedCall[]> {
    return this.#store.webhooks.heads();
  }

  done(call: QueuedCall, failure?: string): Promise<void> {
    return failure === undefined
      ? this.#conclude(call, 'took')
      : this.#conclude(call, `did not take (${failure}), for the last time,`);
  }

  postpone(call: QueuedCall, seconds: number, failure: string): Promise<void> {
    return this.#conclude(call, `did not take (${failure}) yet`, seconds);
  }

  /** @param delaySeconds until the next try; absent: there is none */
  async #conclude(call: QueuedCall, what: string, delaySeconds?: number): Promise<void> {
    const { database, webhooks, activity } = this.#store;
    const { importId, manifest, stage } = JSON.parse(call.body) as WebhookCall;
    await database.transaction(async (queries) => {
      if (delaySeconds === undefined) await webhooks.done(queries, call.id);
      else await webhooks.postpone(queries, call.id, delaySeconds);
      await activity.add(queries, call.lane, {
        kind: 'webhook',
        problem: what !== 'took',
        importId,
        message: `The webhook ${what} the call “${stage}” for ${manifest}.`,
      });
    });
  }
}
