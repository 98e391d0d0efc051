/** Composition: builds the rooms of the server in their order, and takes them down in reverse. */
import { isDeepStrictEqual } from 'node:util';
import type { ServerReady } from '../shared/domain/import.ts';
import { loadMasterKey } from './crypto/master-key.ts';
import { SealError, Sealer } from './crypto/sealer.ts';
import { openCredentials, openDataDir, writeCredentials } from './data-dir.ts';
import type { Credentials } from './data-dir.ts';
import { UsageError } from './failure.ts';
import { makeFolders } from './folders.ts';
import type { Folders } from './folders.ts';
import { makeApp } from './http/app.ts';
import { startHttp } from './http/listener.ts';
import { FailedRows } from './ingest/failed-rows.ts';
import { Importer } from './ingest/importer.ts';
import { startsImport } from './ingest/pick-up.ts';
import { errorFields, log } from './log.ts';
import { Mailer } from './mail/mailer.ts';
import { Relay } from './mail/relay.ts';
import { startMailSink } from './mail/sink.ts';
import type { MailSink } from './mail/sink.ts';
import type { ServerOptions } from './options.ts';
import type { TargetPolicy } from './outgoing/targets.ts';
import { CallSender } from './outgoing/call-sender.ts';
import { WEBHOOK_MANNER, WebhookQueue } from './outgoing/webhooks.ts';
import { seedDemo } from './sds/demo.ts';
import { seedDemoFiles } from './sds/demo-files.ts';
import { startSds } from './sds/start.ts';
import { requireStartable } from './start-checks.ts';
import { hostKeySha256, makeSshKey } from './sftp/public-key.ts';
import { SourceVisits } from './sources/source-visits.ts';
import { startSftpServer } from './sftp/sftp-server.ts';
import { openStore } from './store/index.ts';
import type { SdsStore, Store } from './store/index.ts';

export interface RunningServer {
  readonly ready: ServerReady;
  /** Stops taking work, lets what is under way come to rest, and closes the database. */
  close(): Promise<void>;
}

/**
 * Starts everything. What was started is taken down again when a later step fails.
 * @throws UsageError for a start that cannot be
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const steps: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const step of steps.splice(0).reverse()) {
      await step().catch((error: unknown) => log.error('server.stop-failed', errorFields(error)));
    }
  };
  try {
    return { ready: await start(options, (step) => steps.push(step)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  options: ServerOptions,
  onClose: (step: () => Promise<void>) => void,
): Promise<ServerReady> {
  await requireStartable(options);
  const dataDir = await openDataDir(options.dataDir);
  onClose(() => dataDir.release());
  const masterKey = await loadMasterKey({
    file: options.masterKeyFile,
    value: options.masterKeyValue,
    fallbackFile: dataDir.masterKeyFile,
  });
  const sealer = new Sealer(masterKey);
  const folders = await makeFolders(dataDir.path);
  const store = await openStore(dataDir, options.databaseUrl, sealer, options.sds);
  onClose(() => store.database.close());

  const targets = { allowPrivate: options.allowPrivateTargets };
  const work = await startWork(options, { store, sealer, folders, targets }, onClose);
  const { sink, importer, visits } = work;
  const account = await store.accounts.firstOrCreate(options.email);
  const hostKey = await openHostKey(store);
  const credentials = await openTenant(dataDir.path, store.sds, options.sds.seedDemo);
  await importer.resume();
  await visits.start();
  const sftp = await startSftpServer({
    host: options.host,
    port: options.sftpPort,
    hostKey,
    store,
    folders,
    maxFileBytes: options.limits.openedBytes,
    onComplete: async (accountId, path) => {
      if (startsImport(path)) await importer.manifestUploaded(accountId, path);
    },
  });
  onClose(() => sftp.close());
  const sds = await startSds(options, { dataDir, store: store.sds, masterKey, targets }, onClose);
  if (options.sds.seedDemo) {
    await seedDemoFiles(store.sds, sds.files.uploads, credentials.sds.tenant);
  }
  const { adminToken } = credentials;
  const app = makeApp({ ...work, store, adminToken, targets, sds });
  const http = await startHttp(app, options);
  onClose(async () => {
    sds.files.uploads.announceStop();
    await http.close();
  });
  return {
    http: http.url,
    sftp: { host: options.host, port: sftp.port, hostKeySha256: hostKeySha256(hostKey) },
    smtp: { host: sink.host, port: sink.port },
    account: account.id,
    credentialsFile: credentials.file,
    ...forLine(credentials, options.printSecrets),
  };
}

/** What the ready line tells of the credentials. */
function forLine(
  {
    adminToken,
    sds: { tenant, clientId, clientSecret },
  }: Required<Pick<Credentials, 'adminToken' | 'sds'>>,
  printSecrets: boolean,
): Pick<ServerReady, 'sds' | 'adminToken'> {
  return printSecrets
    ? { sds: { tenant, clientId, clientSecret }, adminToken }
    : { sds: { tenant, clientId } };
}

/** The credentials file of this data folder, with the first tenant of the database in it. */
async function openTenant(dataDir: string, store: SdsStore, seed: boolean) {
  const { file, credentials } = await openCredentials(dataDir);
  const sds = await store.tenants.firstOrCreate();
  const sdsApps = seed ? await seedDemo(store, sds.tenant, dataDir) : credentials.sdsApps;
  const current = { adminToken: credentials.adminToken, sds, ...(sdsApps && { sdsApps }) };
  if (!isDeepStrictEqual(credentials, current)) await writeCredentials(file, current);
  return { file, adminToken: credentials.adminToken, sds };
}

interface Rooms {
  readonly store: Store;
  readonly sealer: Sealer;
  readonly folders: Folders;
  readonly targets: TargetPolicy;
}

interface Work {
  readonly failedRows: FailedRows;
  readonly sink: MailSink;
  readonly importer: Importer;
  readonly visits: SourceVisits;
  /** Mail or webhook calls may be queued. */
  readonly wake: () => void;
}

/** Mail, webhooks, imports and sources: what works on that which has arrived. */
async function startWork(
  options: ServerOptions,
  { store, sealer, folders, targets }: Rooms,
  onClose: (step: () => Promise<void>) => void,
): Promise<Work> {
  const failedRows = new FailedRows(folders.failedRows, sealer);
  const sink = await startMailSink(store.mail, options.smtpPort);
  onClose(() => sink.close());
  const webhooks = new CallSender(new WebhookQueue(store), WEBHOOK_MANNER, targets);
  onClose(() => webhooks.close());
  const relay = options.relay && new Relay(options.relay, store.mailAddresses);
  const mailer = new Mailer({ ...store, failedRows, relay }, sink);
  onClose(() => mailer.close());
  const wake = () => {
    mailer.wake();
    webhooks.wake();
  };
  const importer = new Importer({ store, sealer, folders, settings: options, wake });
  onClose(() => importer.close());
  const visits = new SourceVisits({
    store,
    folders,
    targets,
    maxFileBytes: options.limits.openedBytes,
    manifestArrived: (accountId, path) => importer.manifestArrived(accountId, path),
  });
  onClose(() => visits.close());
  return { failedRows, sink, importer, visits, wake };
}

/** The first sealed value that is looked at: here it shows whether the master key is the right one. */
async function openHostKey(store: Store): Promise<string> {
  try {
    return await store.accounts.hostKey(makeSshKey);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    throw new UsageError('The data was sealed under another master key', { cause: error });
  }
}
