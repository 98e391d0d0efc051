/** Handlers of the groups send, jobs and receipts. */
import { basename } from 'node:path';
import type { ConnectionStore } from '../../delivery/connection-store.ts';
import type { AppSendPlan, Deliveries } from '../../jobs/deliveries.ts';
import { estimateParts } from '../../jobs/estimate-parts.ts';
import { equivalentCommands } from '../../jobs/equivalent-commands.ts';
import { exportReceipts, writeExport } from '../../jobs/receipt-export.ts';
import type { ReceiptStore } from '../../jobs/receipt-store.ts';
import { partNames } from '../../jobs/send-names.ts';
import type { JobRunner } from '../../jobs/runner.ts';
import type { SecretsKeeper } from '../../keys/secrets-keeper.ts';
import { publicSigningKey } from '../../keys/signing-key.ts';
import { checkManifest, requireManifest } from '../../manifest/check.ts';
import type { MappingMemory } from '../../manifest/mapping-memory.ts';
import { mappingOf } from '../../manifest/mapping-memory.ts';
import type { FileFacts } from '../../../shared/domain/data-file.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { failedRowsName } from '../../preflight/index.ts';
import type { Dialogs } from '../../platform/dialogs.ts';
import type { Log } from '../../platform/log.ts';
import type { FileHandles } from '../file-handles.ts';
import type { HandlersOf } from '../register.ts';
import type { DataSource, FailedRowsInput } from '../../worker/protocol.ts';

export interface SendHandlersOptions {
  readonly files: FileHandles;
  readonly deliveries: Deliveries;
  readonly connections: ConnectionStore;
  readonly jobs: JobRunner<AppSendPlan>;
  readonly receipts: ReceiptStore;
  readonly secrets: SecretsKeeper;
  readonly dialogs: Dialogs;
  readonly memory: MappingMemory;
  readonly inspect: (file: DataSource) => Promise<FileFacts>;
  readonly log: Log;
}

export function sendHandlers(
  options: SendHandlersOptions,
): HandlersOf<'send' | 'jobs' | 'receipts'> {
  return { ...planHandlers(options), ...jobHandlers(options), ...receiptHandlers(options) };
}

function planHandlers(options: SendHandlersOptions): HandlersOf<'send'> {
  const { files, deliveries, connections, dialogs, jobs } = options;
  return {
    'send.saveFailedRows': async ({ handle, manifestText }) => {
      const { path, name, convert } = files.get(handle, 'data');
      const outputPath = await dialogs.chooseName(failedRowsName(name));
      if (outputPath === undefined) return { job: null };
      const input: FailedRowsInput = { path, name, convert, manifestText, outputPath };
      return { job: jobs.startCheck(name, input, 'failed-rows') };
    },
    'send.plan': async ({ handle, manifestText, fingerprint, connectionId }) => {
      const { path: sourcePath, name: sourceName, convert } = files.get(handle, 'data');
      const plan = await deliveries.plan({
        sourcePath,
        sourceName,
        manifestText,
        fingerprint,
        connectionId,
        acceptRejected: false,
        overwrite: false,
        convert,
      });
      const { identity, allowsPassword, jumps, habits } = await connections.get(connectionId);
      const expectedParts = await estimateParts(plan);
      return {
        dataName: plan.dataName,
        manifestName: plan.manifestName,
        manifestText,
        problems: checkManifest(manifestText, {}).problems,
        expectedParts,
        firstPartName: partNames(plan.dataName, expectedParts)[0]?.dataName ?? plan.dataName,
        commands: equivalentCommands({
          ...plan.target,
          sourceName,
          dataName: plan.dataName,
          manifestName: plan.manifestName,
          fingerprint,
          convert,
          ...(expectedParts > 1 && { partsUnderBytes: plan.maxSealedBytes }),
          ...{ identity, allowsPassword, jumps, habits },
        }),
      };
    },
  };
}

function jobHandlers(options: SendHandlersOptions): HandlersOf<'jobs'> {
  const { files, deliveries, connections, jobs } = options;
  return {
    'jobs.start': async (request) => {
      const { path, name, convert } = files.get(request.handle, 'data');
      if (request.kind === 'check') {
        return jobs.startCheck(name, { path, name, convert, manifestText: request.manifestText });
      }
      const plan = await deliveries.plan({
        ...request,
        sourcePath: path,
        sourceName: name,
        convert,
      });
      await deliveries.reserve(plan);
      const destination = (await connections.get(request.connectionId)).name;
      const job = await jobs.startSend(plan.jobId, name, destination, plan);
      void rememberMapping({ path, name, convert }, plan.manifestText, options);
      return job;
    },
    'jobs.list': () => Promise.resolve(jobs.list()),
    'jobs.cancel': ({ id }) => jobs.cancel(id),
    'jobs.pause': ({ id }) => jobs.pause(id),
    'jobs.move': ({ id, way }) => Promise.resolve(jobs.move(id, way)),
    'jobs.retry': ({ id }) => jobs.retry(id),
    'jobs.discard': async ({ id }) => {
      await jobs.discard(id);
      return {};
    },
  };
}

/** A delivery waits for no memory, nor fails by it. */
async function rememberMapping(
  file: DataSource,
  manifestText: string,
  { inspect, memory, log }: SendHandlersOptions,
): Promise<void> {
  try {
    const { header } = await inspect(file);
    await memory.remember(mappingOf(requireManifest(manifestText), header));
  } catch (fault) {
    log.fault(fault);
  }
}

function receiptHandlers(options: SendHandlersOptions): HandlersOf<'receipts'> {
  const { receipts, dialogs, secrets } = options;
  return {
    'receipts.list': () => receipts.list(),
    'receipts.verify': async () => {
      const report = await receipts.verify();
      const signingKey = await publicSigningKey(await secrets.store());
      return { report, ...(signingKey && { signingKey }) };
    },
    'receipts.export': async ({ format }) => {
      const path = await dialogs.chooseName(`sealift-receipts.${format}`);
      if (path === undefined) return { savedAs: null };
      await writeExport(path, await exportReceipts(receipts, await secrets.store(), format));
      return { savedAs: basename(path) };
    },
    'receipts.save': async ({ id }) => {
      const receipt = (await receipts.list()).find((one) => one.id === id);
      if (receipt === undefined) throw new AppError('JOB_UNKNOWN', { id });
      const text = `${JSON.stringify(receipt, null, 2)}\n`;
      return {
        savedAs: await dialogs.save(`${receipt.sourceName}.receipt.json`, () =>
          Promise.resolve(text),
        ),
      };
    },
  };
}
