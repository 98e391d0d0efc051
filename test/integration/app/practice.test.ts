// The rooms of the app without a window: Practice over the real bundled server, a delivery planned from the profile
// and run by the worker's own tasks, with secrets under a master password.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ConnectionStore } from '../../../main/delivery/connection-store.ts';
import { SshKeyStore } from '../../../main/delivery/ssh-key-store.ts';
import { Deliveries, readAppSendPlan } from '../../../main/jobs/deliveries.ts';
import { ReceiptStore } from '../../../main/jobs/receipt-store.ts';
import { KeyStore } from '../../../main/keys/key-store.ts';
import { openSecrets } from '../../../main/keys/secrets.ts';
import type { SecretStore } from '../../../main/keys/secrets.ts';
import { buildManifest } from '../../../main/manifest/build.ts';
import { suggestMapping } from '../../../main/manifest/suggest.ts';
import { Practice } from '../../../main/practice/practice.ts';
import type { ServerProcess } from '../../../main/practice/practice.ts';
import { Sds } from '../../../main/sds/sds.ts';
import { inspectFile } from '../../../main/tabular/inspect.ts';
import { runTask } from '../../../main/worker/tasks.ts';
import type { PracticeState } from '../../../shared/contract/api.ts';
import type { ServerReady } from '../../../shared/domain/import.ts';
import { AppError } from '../../../shared/errors/index.ts';

const root = resolve(import.meta.dirname, '../../..');
const samplePath = join(root, 'assets/sample/orders.csv');

let profileDir: string;
let secretStore: SecretStore;
let rooms: ReturnType<typeof buildRooms>;

beforeAll(async () => {
  profileDir = await mkdtemp(join(tmpdir(), 'sealift-practice-'));
  secretStore = await openSecrets(profileDir, { masterPassword: 'otter umbrella quartz' });
  rooms = buildRooms();
});
afterAll(async () => {
  await rooms.practice.stop();
  await rm(profileDir, { recursive: true, force: true });
});

it('furnishes a newcomer: a server, a key set with its Key ID, a connection with a pinned host key', async () => {
  const state = await rooms.practice.start();
  expect(state).toMatchObject({ state: 'running' });
  const [keySet] = await rooms.keys.list();
  expect(keySet).toMatchObject({ fingerprint: state.fingerprint, use: 'ready' });
  expect(keySet?.registrations).toMatchObject([{ keyId: state.keyId }]);
  const [connection] = await rooms.connections.list();
  expect(connection).toMatchObject({ id: state.connectionId, practice: true });
  expect(connection?.hostKey?.sha256).toMatch(/^SHA256:/);
  const [tenant] = await rooms.sds.tenants.list();
  expect(tenant).toMatchObject({ url: state.httpUrl, practice: true });
  await (await rooms.sds.service(tenant!.id)).test();
  expect(rooms.seen.map((one) => one.state)).toEqual(['starting', 'running']);
});

it('delivers the sample by a plan, and the server imports it', async () => {
  const plan = await planSample();
  const steps: string[] = [];
  const secrets = await rooms.deliveries.secrets(plan);
  const result = await runTask(
    'send',
    { plan: readAppSendPlan(structuredClone(plan)), secrets, dataMayBeOurs: false },
    {
      signal: new AbortController().signal,
      onStep: (step) => Promise.resolve(void steps.push(step)),
      onProgress: () => undefined,
    },
  );
  expect(steps).toEqual(['check', 'seal', 'send', 'confirm']);
  expect(result).toMatchObject({
    kind: 'send',
    receipt: { rows: 1000, keyId: rooms.practice.state.keyId },
  });
  if (result.kind === 'send') await rooms.receipts.add(result.receipt);
  await vi.waitFor(
    async () => {
      const { client, account } = rooms.practice.console;
      expect(await client.imports(account)).toMatchObject([{ status: 'imported', accepted: 1000 }]);
    },
    { timeout: 20_000, interval: 100 },
  );
});

it('gives a second delivery of the same file another name', async () => {
  expect(await rooms.deliveries.dataName('orders.csv')).toMatch(/^orders-\d{8}T\d{6}Z\.csv\.asc$/);
  const { connectionId = '', fingerprint = '', keyId = '' } = rooms.practice.state;
  const manifestText = await sampleManifest('orders.csv.asc', keyId);
  await expect(
    rooms.deliveries.plan({
      sourcePath: samplePath,
      sourceName: 'orders.csv',
      manifestText,
      fingerprint,
      connectionId,
      acceptRejected: false,
      overwrite: false,
    }),
  ).rejects.toMatchObject({ code: 'NAME_USED_BEFORE' });
});

it('refuses a key set that is not the one of the Key ID, and a Key ID that nobody noted', async () => {
  const { connectionId = '', fingerprint = '', keyId = '' } = rooms.practice.state;
  const manifestText = await sampleManifest('other.csv.asc', keyId);
  const request = {
    sourcePath: samplePath,
    sourceName: 'orders.csv',
    connectionId,
    acceptRejected: false,
    overwrite: false,
  };
  const other = 'A'.repeat(40);
  await expect(
    rooms.deliveries.plan({ ...request, manifestText, fingerprint: other }),
  ).rejects.toMatchObject({
    code: 'KEY_ID_OF_OTHER_KEY',
    params: { fingerprint },
  });
  const unknown = await sampleManifest('other.csv.asc', 'ec491319-9823-48cd-b6a1-6bb0bc666d75');
  await expect(
    rooms.deliveries.plan({ ...request, manifestText: unknown, fingerprint }),
  ).rejects.toMatchObject({ code: 'KEY_ID_NOT_NOTED' });
  await expect(
    rooms.deliveries.plan({ ...request, manifestText: '{', fingerprint }),
  ).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
  await rooms.connections.forgetHostKey(connectionId);
  await expect(
    rooms.deliveries.plan({ ...request, manifestText, fingerprint }),
  ).rejects.toMatchObject({ code: 'HOST_KEY_NOT_PINNED' });
});

it('finds everything again after a restart, on whatever port', async () => {
  const before = rooms.practice.state;
  await rooms.practice.stop();
  expect(rooms.practice.state.state).toBe('stopped');
  expect(() => rooms.practice.console).toThrow(AppError);
  rooms = buildRooms();
  const after = await rooms.practice.start();
  expect(after).toMatchObject({
    state: 'running',
    account: before.account,
    keyId: before.keyId,
    fingerprint: before.fingerprint,
    connectionId: before.connectionId,
  });
  expect(await rooms.keys.list()).toHaveLength(1);
  expect(await rooms.connections.list()).toHaveLength(1);
  expect(await rooms.sshKeys.list()).toHaveLength(1);
  const { client, account } = rooms.practice.console;
  expect(await client.imports(account)).toMatchObject([{ status: 'imported' }]);
});

it('says why a server did not start, and starts when that is mended', async () => {
  await rooms.practice.stop();
  rooms = buildRooms('does-not-exist.js');
  expect(await rooms.practice.start()).toMatchObject({
    state: 'failed',
    error: { code: 'PRACTICE_FAILED' },
  });
  rooms = buildRooms();
  expect(await rooms.practice.start()).toMatchObject({ state: 'running' });
});

it('keeps no SSH key and no console token readable in the profile', async () => {
  const { connectionId = '' } = rooms.practice.state;
  const { privateKey } = await rooms.connections.target(connectionId);
  expect(Buffer.from(privateKey ?? '').toString()).toContain('BEGIN OPENSSH PRIVATE KEY');
  const { adminToken } = await rooms.connections.consoleAccess(connectionId);
  const kept = await readFile(join(profileDir, 'connections.json'), 'utf8');
  expect(kept).not.toContain(adminToken);
  const [{ sha256 } = { sha256: '' }] = await rooms.sshKeys.list();
  const sealed = join(
    profileDir,
    'ssh',
    `${Buffer.from(sha256.slice('SHA256:'.length), 'base64').toString('hex')}.sealed`,
  );
  const bytes = await readFile(sealed);
  expect(bytes.includes('PRIVATE KEY')).toBe(false);
  await writeFile(sealed, bytes.fill(0, bytes.length - 20));
  await expect(rooms.connections.target(connectionId)).rejects.toMatchObject({
    code: 'SEALED_FILE_DAMAGED',
  });
});

function buildRooms(entry = 'index.js') {
  const secrets = () => Promise.resolve(secretStore);
  const keys = new KeyStore(profileDir, secrets);
  const sshKeys = new SshKeyStore(profileDir, secrets);
  const connections = new ConnectionStore({ profileDir, secrets, sshKeys });
  const receipts = new ReceiptStore(join(profileDir, 'receipts.jsonl'));
  const openPlans = () => [];
  const maxSealedBytes = () => Promise.resolve(1_000_000_000);
  const stores = { profileDir, keys, connections, receipts };
  const deliveries = new Deliveries({ ...stores, openPlans, maxSealedBytes });
  const seen: PracticeState[] = [];
  const sds = new Sds({ profileDir, secrets });
  const practice = new Practice({
    profileDir,
    startServer: (args, env) => startServer(join(root, 'dist/server', entry), args, env),
    secrets,
    keys,
    sshKeys,
    connections,
    sds,
    onChange: (state) => seen.push(state),
    describeFault: (fault) => {
      throw fault;
    },
  });
  return { keys, sshKeys, connections, receipts, deliveries, practice, sds, seen };
}

/** The server as a plain Node process; the app starts it as a utility process. */
function startServer(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ServerProcess {
  const child = spawn(process.execPath, [path, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit').then(() => undefined);
  const line = once(createInterface(child.stdout), 'line') as Promise<[string]>;
  const ready = Promise.race([
    line.then(([text]) => JSON.parse(text) as ServerReady),
    ended.then(() => {
      throw new AppError('PRACTICE_FAILED', { reason: 'it ended' });
    }),
  ]);
  return { ready, ended, stop: () => child.kill() };
}

async function planSample() {
  const { connectionId = '', fingerprint = '', keyId = '' } = rooms.practice.state;
  const dataName = await rooms.deliveries.dataName('orders.csv');
  return rooms.deliveries.plan({
    sourcePath: samplePath,
    sourceName: 'orders.csv',
    manifestText: await sampleManifest(dataName, keyId),
    fingerprint,
    connectionId,
    acceptRejected: false,
    overwrite: false,
  });
}

async function sampleManifest(fileName: string, keyId: string): Promise<string> {
  const columns = suggestMapping(await inspectFile(samplePath), 'event');
  return buildManifest({ fileName, type: 'event', columns, clientEmail: 'you@example.com', keyId });
}
