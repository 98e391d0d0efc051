/** Writes records without a pause, and knows what the server has acknowledged, for tests that kill it. */
import { expect } from 'vitest';
import type { TestApp, TestTenant } from '../../helpers/sds.ts';

const IDS_A_CALL = 50;

interface Page {
  readonly items: readonly { readonly id: string }[];
  readonly next?: string;
}

/** What a record holds; undefined where it is deleted. */
type Held = string | undefined;

/** Needs a vault with a `readLimit` of 50 in which the app has 110. */
export class SteadyWriter {
  readonly #app: TestApp;
  readonly #vault: string;
  /** What was acknowledged last, by id. */
  readonly #held = new Map<string, Held>();
  /** What was asked for and not answered. */
  readonly #asked = new Map<string, Held>();
  #count = 0;

  constructor(app: TestApp, vault: string) {
    this.#app = app;
    this.#vault = vault;
  }

  get acknowledged(): number {
    return this.#held.size;
  }

  /** Until the server is gone: makes a record, changes it, deletes every third. */
  async writeUntilKilled(tenant: TestTenant): Promise<void> {
    const one = async () => {
      for (;;) {
        const n = (this.#count += 1);
        const id = await tenant.store(this.#app, this.#vault, `made ${n}`);
        this.#held.set(id, base64(`made ${n}`));
        await this.#change(tenant, id, base64(`changed ${n}`));
        if (n % 3 === 0) await this.#change(tenant, id, undefined);
      }
    };
    await Promise.allSettled([one(), one()]);
  }

  /** Everything that was acknowledged is as it was; what was not is so, or as it was asked for. */
  async expectKept(tenant: TestTenant): Promise<void> {
    const listed = await this.#listed(tenant);
    const present = [...this.#held.keys()].filter((id) => listed.has(id));
    const found = await this.#read(tenant, present);
    for (const [id, held] of this.#held) {
      const allowed = this.#asked.has(id) ? [held, this.#asked.get(id)] : [held];
      expect(allowed, id).toContain(found.get(id));
      this.#held.set(id, found.get(id));
    }
    this.#asked.clear();
  }

  async #change(tenant: TestTenant, id: string, data: Held): Promise<void> {
    this.#asked.set(id, data);
    if (data === undefined) await tenant.must(this.#app, 'DELETE', `/data/${id}`);
    else await tenant.must(this.#app, 'PUT', `/data/${id}`, { body: { data } });
    this.#held.set(id, data);
    this.#asked.delete(id);
  }

  async #listed(tenant: TestTenant): Promise<Set<string>> {
    const ids = new Set<string>();
    for (let after = ''; ;) {
      const path = `/data?vault=${this.#vault}&limit=200${after}`;
      const { data } = await tenant.must<Page>(this.#app, 'GET', path);
      for (const { id } of data.items) ids.add(id);
      if (data.next === undefined) return ids;
      after = `&after=${data.next}`;
    }
  }

  async #read(tenant: TestTenant, ids: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (let at = 0; at < ids.length; at += IDS_A_CALL) {
      const path = `/data?ids=${ids.slice(at, at + IDS_A_CALL).join()}`;
      const { data } = await tenant.must<{ id: string; data: string }[]>(this.#app, 'GET', path);
      for (const item of data) found.set(item.id, item.data);
    }
    return found;
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
