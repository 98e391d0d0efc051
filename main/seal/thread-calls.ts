/** A thread that answers each message with one, in their order. */
import { Worker } from 'node:worker_threads';
import type { WorkerOptions } from 'node:worker_threads';

interface Awaited<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

export class ThreadCalls<Message, Answer> {
  readonly #worker: Worker;
  /** In the order of the calls. */
  readonly #awaited: Awaited<Answer>[] = [];
  #failure: Error | undefined;

  /** @param path of the built thread. One that does not start fails the calls. */
  constructor(path: string, options?: WorkerOptions) {
    this.#worker = new Worker(path, options);
    this.#worker.on('message', (answer: Answer) => this.#awaited.shift()?.resolve(answer));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the thread has ended')));
  }

  /** Calls that are not answered yet. */
  get waiting(): number {
    return this.#awaited.length;
  }

  call(message: Message): Promise<Answer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#awaited.push({ resolve, reject });
      this.#worker.postMessage(message);
    });
  }

  /** Ends the thread, whatever it is doing. */
  close(): void {
    void this.#worker.terminate();
  }

  #fail(reason: Error): void {
    this.#failure ??= reason;
    for (const { reject } of this.#awaited.splice(0)) reject(reason);
  }
}
