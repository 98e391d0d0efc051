/**
 * Plans of deliveries from this profile: puts together key set, connection and manifest, refuses what does not fit
 * together, and gives the secrets of a plan when it is run. Used by the app; the CLI builds its plans from arguments.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import { requirePinned } from '../delivery/connection-store.ts';
import type { ConnectionStore } from '../delivery/connection-store.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { chooseRecipient } from '../keys/openpgp-keys.ts';
import type { Recipient } from '../keys/openpgp-keys.ts';
import { manifestName as manifestNameOf, requireManifest } from '../manifest/index.ts';
import { accountOf, NameClaims } from './name-claims.ts';
import { PartJournal } from './part-journal.ts';
import type { ReceiptStore } from './receipt-store.ts';
import { discardDelivery } from './send-job.ts';
import { readSendPlan } from './send-plan.ts';
import type { SendPlan, SendSecrets } from './send-plan.ts';
import { namesOf, planNames, SentNames, usedNames } from './send-names.ts';

/** A plan as the app journals it: the connection is named too, since its secrets are looked up when it is run. */
export interface AppSendPlan extends SendPlan {
  readonly connectionId: string;
}

export interface DeliveryRequest {
  readonly sourcePath: string;
  readonly sourceName: string;
  readonly manifestText: string;
  readonly fingerprint: string;
  readonly connectionId: string;
  readonly acceptRejected: boolean;
  readonly overwrite: boolean;
  /** The user agreed that the file is converted. Default: false. */
  readonly convert?: boolean | undefined;
}

export interface DeliveriesOptions {
  readonly profileDir: string;
  readonly keys: KeyStore;
  readonly connections: ConnectionStore;
  readonly receipts: ReceiptStore;
  /** Deliveries that were not done: each may still be sent, or sent again, under its names. */
  readonly openPlans: () => readonly AppSendPlan[];
  /** The limit of a sealed file, as it is set now. */
  readonly maxSealedBytes: () => Promise<number>;
}

export class Deliveries {
  readonly #options: DeliveriesOptions;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /** Final name of the sealed data file for a source of this name; dated when the plain name was used before. */
  async dataName(sourceName: string): Promise<string> {
    const reserved = await SentNames.reserved(this.#options.profileDir);
    const taken = new Set([
      ...(await this.#deliveredNames()),
      ...this.#openNames(),
      ...reserved.map((names) => names.dataName),
    ]);
    const now = new Date();
    const plain = planNames(sourceName, { usedBefore: false, now });
    const usedBefore = taken.has(plain.dataName) || taken.has(plain.manifestName);
    return planNames(sourceName, { usedBefore, now }).dataName;
  }

  /** @throws AppError for a manifest with errors, a key set that cannot be used or is not that of the Key ID */
  async plan(request: DeliveryRequest): Promise<AppSendPlan> {
    const manifest = requireManifest(request.manifestText);
    const recipient = await this.#recipient(request.fingerprint, manifest.keyId);
    const { host, port, username, directory, hostKey, habits } = requirePinned(
      await this.#options.connections.get(request.connectionId),
    );
    const dataName = manifest.fileName;
    const manifestName = manifestNameOf(dataName);
    await this.refuseDelivered(manifestName);
    // Who agreed to replace the file there means the very name of the attempt that found it.
    if (!request.overwrite && this.#openNames().includes(manifestName)) {
      throw new AppError('NAME_USED_BEFORE', { name: dataName });
    }
    return {
      jobId: randomUUID(),
      sourcePath: request.sourcePath,
      sourceName: request.sourceName,
      manifestText: request.manifestText,
      dataName,
      manifestName,
      recipient,
      target: { host, port, username, directory },
      hostKey,
      overwrite: request.overwrite,
      acceptRejected: request.acceptRejected,
      convert: request.convert ?? false,
      compress: 'auto',
      verify: habits.verify,
      finalNames: habits.finalNames,
      maxSealedBytes: await this.#options.maxSealedBytes(),
      spoolDir: join(this.#options.profileDir, 'spool'),
      journalDir: this.#journalDir,
      connectionId: request.connectionId,
    };
  }

  /**
   * Claims the names of a plan that is about to be sent: the CLI, or another window, may have come first.
   * @throws AppError NAME_USED_BEFORE
   */
  async reserve(plan: AppSendPlan): Promise<void> {
    const claims = new NameClaims(this.#options.profileDir);
    const { owner } = await claims.take(accountOf(plan.target), plan.dataName, plan.jobId);
    if (owner !== plan.jobId && !plan.overwrite) {
      throw new AppError('NAME_USED_BEFORE', { name: plan.dataName });
    }
  }

  /** Removes what an unfinished delivery left, and gives its names back unless some of it may have arrived. */
  async discard(plan: AppSendPlan): Promise<void> {
    await discardDelivery(plan);
    const { names } = await PartJournal.open(plan);
    if (names.length > 0) return;
    const claims = new NameClaims(this.#options.profileDir);
    await claims.release(accountOf(plan.target), plan.dataName, plan.jobId);
  }

  /** The secrets of a plan, for the process that runs it. */
  async secrets(plan: AppSendPlan): Promise<SendSecrets> {
    const { connections } = this.#options;
    const {
      host: _host,
      port: _port,
      username: _name,
      ...secrets
    } = await connections.target(plan.connectionId);
    return secrets;
  }

  /**
   * A manifest's name is unique for ever. A job may go on under the names that it has begun to use itself.
   * @throws AppError NAME_USED_BEFORE
   */
  async refuseDelivered(manifestName: string, jobId?: string): Promise<void> {
    if ((await this.#deliveredNames(jobId)).includes(manifestName)) {
      throw new AppError('NAME_USED_BEFORE', { name: manifestName });
    }
  }

  async #deliveredNames(exceptJobId?: string): Promise<string[]> {
    const receipts = await this.#options.receipts.list();
    const inPart = await PartJournal.usedNames(this.#journalDir, exceptJobId);
    return [...receipts.flatMap(namesOf), ...usedNames(inPart)].flatMap((names) => [
      names.dataName,
      names.manifestName,
    ]);
  }

  get #journalDir(): string {
    return join(this.#options.profileDir, 'deliveries');
  }

  #openNames(): string[] {
    return this.#options
      .openPlans()
      .flatMap(({ dataName, manifestName }) => [dataName, manifestName]);
  }

  async #recipient(fingerprint: string, keyId: string | undefined): Promise<Recipient> {
    const { keys } = this.#options;
    if (keyId === undefined) throw new AppError('KEY_ID_MISSING');
    const holders = (await keys.list()).filter(({ registrations }) =>
      registrations.some((registration) => registration.keyId === keyId.toLowerCase()),
    );
    if (!holders.some((holder) => holder.fingerprint === fingerprint)) {
      const other = holders[0];
      throw other === undefined
        ? new AppError('KEY_ID_NOT_NOTED', { keyId })
        : new AppError('KEY_ID_OF_OTHER_KEY', { keyId, fingerprint: other.fingerprint });
    }
    return chooseRecipient(await keys.publicArmored(fingerprint));
  }
}

/** A plan as the journal kept it. @throws AppError SEND_PLAN_DAMAGED */
export function readAppSendPlan(journaled: unknown): AppSendPlan {
  const { connectionId } = z
    .object({ connectionId: z.uuid() })
    .catch({ connectionId: '' })
    .parse(journaled);
  if (connectionId === '') throw new AppError('SEND_PLAN_DAMAGED', { field: 'connectionId' });
  return { ...readSendPlan(journaled), connectionId };
}
