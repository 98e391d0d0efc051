/**
 * One import from its journal entry to its verdict. Runs again from the start after a crash: what
 * an earlier run staged is removed first, and the verdict, the rows' visibility and the mail are
 * one transaction.
 */
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import type { ImportStatus } from '../../shared/domain/import.ts';
import type { Sealer } from '../crypto/sealer.ts';
import { FileFailure } from '../failure.ts';
import { workFile } from '../folders.ts';
import type { Folders } from '../folders.ts';
import { errorFields, log } from '../log.ts';
import { failedMail, finishedMails, pickedUpMail, processingMail } from '../mail/texts.ts';
import type { ImportLimits } from '../options.ts';
import { isOutOfSpace } from '../out-of-space.ts';
import type { NewActivity } from '../store/activity.ts';
import type { Queries } from '../store/database.ts';
import type { OpenImport, Verdict } from '../store/imports.ts';
import type { Store } from '../store/index.ts';
import type { OutgoingMail } from '../store/mail.ts';
import { hasDiscouragedName } from './columns.ts';
import { FailedRows } from './failed-rows.ts';
import type { FailedRowsWriter } from './failed-rows.ts';
import { readManifest } from './manifest.ts';
import type { ManifestReading, ReadManifest } from './manifest.ts';
import { openMessage } from './message.ts';
import { OpenedSource } from './opened-source.ts';
import { ProblemList, toImportProblem } from './problems.ts';
import { ProgressMails } from './progress-mails.ts';
import { formatOf, openRecords } from './records.ts';
import type { ReadRecord, RecordFile } from './records.ts';
import type { RowProblem } from './row-builder.ts';

export interface ImportSettings {
  readonly limits: ImportLimits;
  readonly allowPlain: boolean;
  readonly plainFailedRows: boolean;
  readonly silentManifestErrors: boolean;
  readonly processingMailIntervalMs: number;
}

export interface ImportDeps {
  readonly store: Store;
  readonly sealer: Sealer;
  readonly folders: Folders;
  readonly settings: ImportSettings;
  /** Called when something was queued for the outside. */
  readonly wake: () => void;
}

export class ImportRun {
  readonly #deps: ImportDeps;
  readonly #job: OpenImport;
  readonly #signal: AbortSignal;
  readonly #failedRows: FailedRows;
  readonly #reading: ManifestReading;
  readonly #problems = new ProblemList();
  #failedRowsWriter: FailedRowsWriter | undefined;
  #rows = 0;
  #rejected = 0;

  constructor(deps: ImportDeps, job: OpenImport, signal: AbortSignal) {
    this.#deps = deps;
    this.#job = job;
    this.#signal = signal;
    this.#failedRows = new FailedRows(deps.folders.failedRows, deps.sealer);
    this.#reading = readManifest(job.manifestBytes);
  }

  /**
   * @throws the signal's reason when the server stops, and what says that there is no space: the import stays open,
   *   to be run again
   */
  async run(): Promise<void> {
    const { store, folders } = this.#deps;
    await store.database.transaction((queries) => store.rows.begin(queries, this.#job.id));
    await this.#failedRows.remove(this.#job.id);
    try {
      const manifest = this.#requireManifest();
      await this.#announce(manifest);
      await this.#process(manifest);
    } catch (error) {
      await this.#failedRowsWriter?.abandon();
      this.#signal.throwIfAborted();
      if (isOutOfSpace(error)) throw error;
      await this.#fail(error);
    }
    await rm(workFile(folders, this.#job.id), { force: true });
  }

  /** What can be said without looking at the data. */
  #requireManifest(): ReadManifest {
    for (const { severity, message, line, column } of this.#reading.problems) {
      const text = `line ${line}, column ${column}: ${message}`;
      this.#problems.addWhole({ code: 'MANIFEST_INVALID', severity, line, message: text });
    }
    if (!this.#job.holdsName) {
      throw new FileFailure(
        'MANIFEST_NAME_USED',
        'A manifest with this name and other content was sent before. Use a new name for each import.',
      );
    }
    const { manifest } = this.#reading;
    if (!manifest) throw new FileFailure('MANIFEST_INVALID', 'The manifest cannot be used.');
    if (manifest.keyId === undefined && !this.#deps.settings.allowPlain) {
      throw new FileFailure(
        'MANIFEST_INVALID',
        'The data file is not encrypted: keyId is missing, and this server takes encrypted files only.',
      );
    }
    if (!this.#job.dataComplete) {
      throw new FileFailure(
        'DATA_FILE_MISSING',
        'The data file was not there, or not completely uploaded, when the manifest arrived. Send the data first.',
      );
    }
    return manifest;
  }

  /** The picked-up mail goes out once, however often the import is run. */
  async #announce(manifest: ReadManifest): Promise<void> {
    const { store } = this.#deps;
    await store.database.transaction(async (queries) => {
      const first = await store.imports.setProcessing(queries, this.#job.id, manifest.type);
      if (first)
        await this.#tell(queries, 'picked-up', [pickedUpMail(this.#job, manifest.clientEmail)]);
    });
    this.#deps.wake();
  }

  /** All that may take long, with mail on the way. */
  async #process(manifest: ReadManifest): Promise<void> {
    const { store, wake, settings } = this.#deps;
    const intervalMs = settings.processingMailIntervalMs;
    const mails = new ProgressMails({ store, wake, intervalMs }, this.#job, manifest.clientEmail);
    try {
      await this.#ingest(manifest);
      await this.#reportProgress(manifest);
      await this.#publish(manifest);
    } finally {
      await mails.stop();
    }
  }

  async #ingest(manifest: ReadManifest): Promise<void> {
    const format = formatOf(manifest.fileName);
    const source = new OpenedSource(
      await this.#open(manifest),
      this.#deps.settings.limits.openedBytes,
      this.#signal,
    );
    try {
      const file = await openRecords(source, {
        format,
        manifest,
        receivedAtSeconds: Math.floor(this.#job.receivedAt.getTime() / 1000),
        recordBytes: this.#deps.settings.limits.recordBytes,
      });
      this.#warnOfNames(file);
      await this.#stageAll(file, manifest);
    } catch (error) {
      // A reader's complaint counts only when the message proves to be whole: else it is DAMAGED.
      if (error instanceof FileFailure && error.code !== 'TOO_LARGE') await source.drain();
      throw error;
    } finally {
      await source.close();
    }
  }

  async #open(manifest: ReadManifest): Promise<AsyncIterable<Uint8Array>> {
    const path = workFile(this.#deps.folders, this.#job.id);
    const { size } = await stat(path);
    if (manifest.keyId === undefined) return createReadStream(path);
    const { sealedBytes, openedBytes } = this.#deps.settings.limits;
    if (size >= sealedBytes) {
      throw new FileFailure(
        'TOO_LARGE',
        `The encrypted file has ${size} bytes; it must have less than ${sealedBytes}. Split it.`,
      );
    }
    const keySet = await this.#deps.store.pgpKeys.secrets(this.#job.accountId, manifest.keyId);
    if (!keySet) {
      throw new FileFailure(
        'KEY_NOT_FOUND',
        `No key set with the Key ID ${manifest.keyId} is registered with this account.`,
      );
    }
    return openMessage(path, keySet, openedBytes);
  }

  #warnOfNames(file: RecordFile): void {
    for (const plan of file.plans) {
      if (!hasDiscouragedName(plan)) continue;
      this.#problems.addWhole({
        code: '555',
        severity: 'warning',
        column: plan.header,
        message: 'the property name holds a character that the platform may change',
      });
    }
  }

  async #stageAll(file: RecordFile, manifest: ReadManifest): Promise<void> {
    const { id, accountId } = this.#job;
    const stage = await this.#deps.store.rows.stage(id, accountId);
    try {
      for await (const records of file.records) {
        for (const record of records) {
          const { reading } = record;
          this.#rows += 1;
          if (reading.kind === 'event') stage.event(reading.event);
          else if (reading.kind === 'profile') stage.profile(reading.profile);
          else await this.#refuse(record, reading.problems, file.header);
          if (stage.isFull) await stage.flush();
        }
      }
      await stage.finish();
    } finally {
      await stage.settled();
    }
    log.info('import.staged', { import: id, type: manifest.type, rows: this.#rows });
  }

  async #refuse(
    { row, line, cells }: ReadRecord,
    problems: readonly RowProblem[],
    header: readonly string[],
  ): Promise<void> {
    this.#rejected += 1;
    this.#failedRowsWriter ??= await this.#failedRows.start(this.#job.id, header);
    await this.#failedRowsWriter.write(cells, problems);
    for (const problem of problems) this.#problems.add(problem, row, line);
  }

  /** Its mail has one name for each import, so that a run after a crash does not send it again. */
  async #reportProgress({ clientEmail }: ReadManifest): Promise<void> {
    const { store } = this.#deps;
    await store.database.transaction((queries) =>
      this.#tell(queries, 'processing', [processingMail(this.#job, clientEmail, this.#rows)]),
    );
    this.#deps.wake();
  }

  async #publish(manifest: ReadManifest): Promise<void> {
    await this.#failedRowsWriter?.close();
    this.#failedRowsWriter = undefined;
    const accepted = this.#rows - this.#rejected;
    const status =
      this.#rejected === 0 ? 'imported' : accepted === 0 ? 'failed' : 'partly-imported';
    const mails = finishedMails(this.#job, manifest.clientEmail, {
      status,
      rows: this.#rows,
      accepted,
      problems: this.#problems.list(),
      failedRowsOf: this.#rejected > 0 ? this.#attachment(manifest) : undefined,
    });
    await this.#conclude(status, manifest, mails);
  }

  /** Mail and webhook: part of the transaction that makes the stage true. */
  async #tell(
    queries: Queries,
    stage: ImportStatus,
    mails: readonly OutgoingMail[],
  ): Promise<void> {
    const { store } = this.#deps;
    const { id, accountId, manifest, fileName } = this.#job;
    for (const mail of mails) await store.mail.queue(queries, mail);
    await store.webhooks.queue(queries, accountId, {
      importId: id,
      manifest,
      fileName,
      stage,
      rows: this.#rows,
      accepted: this.#rows - this.#rejected,
      rejected: this.#rejected,
      at: new Date().toISOString(),
    });
  }

  #attachment(manifest: ReadManifest) {
    const keyId = this.#deps.settings.plainFailedRows ? null : (manifest.keyId ?? null);
    return { importId: this.#job.id, accountId: this.#job.accountId, keyId };
  }

  /** The import as a whole came to nothing: no row of it stays. */
  async #fail(error: unknown): Promise<void> {
    const failure = error instanceof FileFailure ? error : internal(this.#job.id, error);
    if (failure.code !== 'INTERNAL' && failure.cause instanceof Error) {
      log.info('import.refused', { import: this.#job.id, cause: failure.cause.message });
    }
    if (failure.code !== 'MANIFEST_INVALID' || this.#reading.manifest) {
      this.#problems.addWhole({
        code: failure.code,
        severity: 'error',
        ...failure.place,
        message: failure.message,
      });
    }
    this.#rows = 0;
    this.#rejected = 0;
    await this.#failedRows.remove(this.#job.id);
    const silent = this.#deps.settings.silentManifestErrors && this.#reading.manifest === undefined;
    const mails = silent ? [] : [await this.#failureMail()];
    await this.#conclude('failed', this.#reading.manifest, mails, failure.code);
  }

  async #failureMail(): Promise<OutgoingMail> {
    const account = await this.#deps.store.accounts.find(this.#job.accountId);
    const to = this.#reading.clientEmail ?? account!.email;
    return failedMail(this.#job, to, this.#problems.list());
  }

  async #conclude(
    status: Verdict['status'],
    manifest: ReadManifest | undefined,
    mails: readonly OutgoingMail[],
    code?: string,
  ): Promise<void> {
    const { store } = this.#deps;
    const { id, accountId } = this.#job;
    const verdict: Verdict = {
      status,
      type: manifest?.type ?? null,
      encrypted: manifest?.keyId !== undefined,
      keyId: manifest?.keyId ?? null,
      rows: this.#rows,
      accepted: this.#rows - this.#rejected,
      rejected: this.#rejected,
      problems: this.#problems.list().map(toImportProblem),
    };
    await store.database.transaction(async (queries) => {
      if (status === 'failed') await store.rows.discard(queries, id);
      else await store.rows.publish(queries, id, accountId);
      await store.imports.finish(queries, id, verdict);
      await store.activity.add(queries, accountId, verdictActivity(this.#job, verdict, code));
      if (mails.length > 0) await this.#tell(queries, status, mails);
    });
    const { rows, accepted, rejected } = verdict;
    log.info('import.finished', {
      import: id,
      account: accountId,
      status,
      code,
      rows,
      accepted,
      rejected,
    });
  }
}

function verdictActivity(
  { id, manifest }: OpenImport,
  { status, rows, rejected }: Verdict,
  code: string | undefined,
): NewActivity {
  const all = `${rows} ${rows === 1 ? 'row' : 'rows'}`;
  const count = code ?? (rejected > 0 ? `${rejected} of ${all} refused` : all);
  const words = { imported: 'was imported', 'partly-imported': 'was partly imported' } as const;
  const what = status === 'failed' ? 'failed' : words[status];
  const message = `${manifest} ${what} (${count}).`;
  return { kind: 'verdict', problem: status !== 'imported', importId: id, message };
}

function internal(importId: string, error: unknown): FileFailure {
  log.error('import.internal-error', { import: importId, ...errorFields(error) });
  return new FileFailure(
    'INTERNAL',
    'Something went wrong on the platform. Send the import again under a new manifest name.',
    {},
    { cause: error },
  );
}
