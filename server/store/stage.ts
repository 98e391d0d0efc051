/**
 * Where an import's rows wait for its verdict: seen by nobody until then, and removed when it is run
 * again. Rows become bytes as they are added, and go to the database some two thousand at a time; while
 * it takes them the next ones are added.
 */
import type { IDENTITY_TARGETS, PROFILE_OPERATIONS } from '../../shared/domain/manifest.ts';
import { CopyRows, uuidBytes } from './copy-rows.ts';
import type { Database } from './database.ts';
import { EVENT_IDS_AT_ONCE } from './migrations.ts';

export type PropertyValue = string | number | boolean;
export type IdentityKind = (typeof IDENTITY_TARGETS)[number];
export type ProfileOperation = (typeof PROFILE_OPERATIONS)[number];

/** Who a row is about: the first identity in the platform's order, and all that the row named. */
export interface RowIdentity {
  readonly kind: IdentityKind;
  readonly value: string;
  readonly all: Readonly<Record<string, string>>;
}

export interface StagedEvent {
  readonly row: number;
  readonly identity: RowIdentity;
  readonly name: string;
  /** Epoch seconds. */
  readonly ts: number;
  readonly properties: Readonly<Record<string, PropertyValue>>;
}

export interface ProfileChange {
  readonly name: string;
  readonly operation: ProfileOperation;
  readonly value: PropertyValue;
}

export interface StagedProfile {
  readonly row: number;
  readonly identity: RowIdentity;
  readonly changes: readonly ProfileChange[];
}

/** Rows may be of 16 MiB each: what is held of them is bounded, too. */
const FULL_BYTES = 4 * 1024 * 1024;
const EVENTS =
  'events (id, import_id, account_id, row_number, identity, identities, name, ts, properties)';
const PROFILES =
  'staged_profiles (import_id, row_number, identity_kind, identity, identities, changes)';

/** Rows of either kind that go to the database together. */
class Batch {
  readonly events = new CopyRows(9);
  readonly profiles = new CopyRows(6);
  /** Of the first event. */
  firstId = 0;

  get isFull(): boolean {
    const rows = this.events.count + this.profiles.count;
    return rows >= EVENT_IDS_AT_ONCE || this.events.bytes + this.profiles.bytes >= FULL_BYTES;
  }
}

export class Stage {
  readonly #database: Database;
  readonly #importId: Uint8Array;
  readonly #accountId: string;
  /** To which rows are added, and the one that is on its way meanwhile. */
  #batch = new Batch();
  #other = new Batch();
  #sending = Promise.resolve();

  private constructor(database: Database, importId: string, accountId: string) {
    this.#database = database;
    this.#importId = uuidBytes(importId);
    this.#accountId = accountId;
  }

  /** What an earlier run staged is still there: see `Rows.begin`. */
  static async open(database: Database, importId: string, accountId: string): Promise<Stage> {
    const stage = new Stage(database, importId, accountId);
    // In this order, as all later ones are taken, so that ids grow with the rows.
    await stage.#takeIds(stage.#batch);
    await stage.#takeIds(stage.#other);
    return stage;
  }

  /** No row may be added until it was flushed. */
  get isFull(): boolean {
    return this.#batch.isFull;
  }

  event({ row, identity, name, ts, properties }: StagedEvent): void {
    const { events: rows, firstId } = this.#batch;
    const id = firstId + rows.count;
    rows.row();
    rows.bigint(id);
    rows.raw(this.#importId);
    rows.text(this.#accountId);
    rows.bigint(row);
    rows.text(identity.value);
    rows.text(JSON.stringify(identity.all));
    rows.text(name);
    rows.bigint(ts);
    rows.text(JSON.stringify(properties));
  }

  profile({ row, identity, changes }: StagedProfile): void {
    const rows = this.#batch.profiles;
    rows.row();
    rows.raw(this.#importId);
    rows.bigint(row);
    rows.text(identity.kind);
    rows.text(identity.value);
    rows.text(JSON.stringify(identity.all));
    rows.text(JSON.stringify(changes));
  }

  /** Hands on what was added. @throws what befell the rows that were handed on before */
  async flush(): Promise<void> {
    await this.#sending;
    [this.#batch, this.#other] = [this.#other, this.#batch];
    this.#sending = this.#send(this.#other);
    // Whoever calls next is told.
    this.#sending.catch(() => undefined);
  }

  /** After the last row: all of them are in the database when this resolves. */
  async finish(): Promise<void> {
    await this.flush();
    await this.#sending;
  }

  /** Resolves when nothing is on its way any more: before that, staged rows cannot be removed. */
  async settled(): Promise<void> {
    await this.#sending.catch(() => undefined);
  }

  async #send(batch: Batch): Promise<void> {
    const { events, profiles } = batch;
    if (profiles.count > 0) await this.#database.copy(PROFILES, profiles.take());
    if (events.count === 0) return;
    await this.#database.copy(EVENTS, events.take());
    await this.#takeIds(batch);
  }

  async #takeIds(batch: Batch): Promise<void> {
    const [ids] = await this.#database.query<{ first: number }>(
      `SELECT nextval('event_ids')::float8 AS first`,
    );
    batch.firstId = ids!.first;
  }
}
