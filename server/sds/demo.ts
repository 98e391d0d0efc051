/**
 * `--seed demo`: something to look at. Two apps, three vaults in which they may do different things,
 * 2,000 records of made-up people. A start that was broken off is finished by the next one.
 */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Permission } from '../../shared/domain/sds.ts';
import { UsageError } from '../failure.ts';
import { log } from '../log.ts';
import type { SdsStore } from '../store/index.ts';
import type { Content } from '../store/sds-records.ts';
import { formatId } from './ids.ts';
import type { Caller } from './permissions.ts';
import type { TenantKeys } from './tenant-keys.ts';

const KEY_BITS = 2048;
const APPS = ['demo-clinic', 'demo-billing'] as const;
type DemoAppName = (typeof APPS)[number];

interface DemoVault {
  readonly name: string;
  readonly owner: DemoAppName;
  readonly readLimit: number;
  readonly uniqueData: boolean;
  readonly permissions: readonly { readonly app: DemoAppName; readonly permission: Permission }[];
  readonly records: number;
  /** The content of the record with this number, from 0. */
  readonly make: (index: number) => { readonly content: string; readonly meta: unknown };
}

const FIRST_NAMES = [
  'Ada',
  'Ben',
  'Chloé',
  'Dilek',
  'Emil',
  'Fatou',
  'Göran',
  'Hana',
  'Ivo',
  'Jun',
];
const LAST_NAMES = ['Abel', 'Brandt', 'Costa', 'Dubois', 'Eriksen', 'Fischer', 'García', 'Haas'];
const CITIES = ['Hamburg', 'Lyon', 'Oslo', 'Porto', 'Zürich'];
const pick = (list: readonly string[], index: number): string => list[index % list.length] ?? '';
const fullName = (index: number): string =>
  `${pick(FIRST_NAMES, index)} ${pick(LAST_NAMES, Math.floor(index / FIRST_NAMES.length))}`;

const VAULTS: readonly DemoVault[] = [
  {
    name: 'phone-numbers',
    owner: 'demo-clinic',
    readLimit: 50,
    uniqueData: true,
    permissions: [
      { app: 'demo-clinic', permission: '110' },
      { app: 'demo-billing', permission: '001' },
    ],
    records: 1200,
    // Numbers that are reserved for drama (0152 28817386 and on).
    make: (index) => ({
      content: `+49 152 ${28_817_386 + index}`,
      meta: { city: pick(CITIES, index), patient: index + 1 },
    }),
  },
  {
    name: 'diagnoses',
    owner: 'demo-clinic',
    readLimit: 10,
    uniqueData: false,
    permissions: [{ app: 'demo-clinic', permission: '101' }],
    records: 500,
    make: (index) => ({
      content: `${fullName(index)}: ${pick(['J06.9', 'M54.5', 'I10', 'E11.9'], index)}`,
      meta: { patient: index + 1, coding: 'ICD-10' },
    }),
  },
  {
    name: 'invoices',
    owner: 'demo-billing',
    readLimit: 20,
    uniqueData: false,
    permissions: [
      { app: 'demo-billing', permission: '101' },
      { app: 'demo-clinic', permission: '100' },
    ],
    records: 300,
    make: (index) => ({
      content: JSON.stringify({ to: fullName(index), euro: 20 + (index % 80) }),
      meta: { number: `2026-${String(index + 1).padStart(4, '0')}` },
    }),
  },
];

/** As the credentials file names it. */
export interface DemoApp {
  readonly id: string;
  readonly name: string;
  /** PEM, 0600. */
  readonly privateKeyFile: string;
}

/**
 * @param folder where the apps' private keys are handed over
 * @throws UsageError when such an app is there and its key is not in the folder
 */
export async function seedDemo(
  store: SdsStore,
  tenantId: string,
  folder: string,
): Promise<DemoApp[]> {
  const keys = await store.tenants.keys(tenantId);
  if (!keys) throw new TypeError(`There is no tenant ${tenantId}`);
  const callers = new Map<string, Caller>();
  const apps: DemoApp[] = [];
  for (const name of APPS) {
    const { caller, privateKeyFile } = await openApp(store, keys, { tenantId, folder, name });
    callers.set(name, caller);
    apps.push({ id: formatId('app', caller.appId), name, privateKeyFile });
  }
  for (const vault of VAULTS) await fillVault(store, keys, callers.get(vault.owner)!, vault);
  log.info('sds.demo-ready', { tenant: tenantId });
  return apps;
}

async function openApp(
  store: SdsStore,
  keys: TenantKeys,
  { tenantId, folder, name }: { tenantId: string; folder: string; name: DemoAppName },
): Promise<{ caller: Caller; privateKeyFile: string }> {
  const privateKeyFile = join(folder, `${name}.private-key.pem`);
  const known = await store.apps.findByName(tenantId, keys, name);
  const key = await openKey(privateKeyFile, known === undefined);
  if (!known) await store.apps.create(tenantId, keys, name, key);
  const app = known ?? (await store.apps.findByName(tenantId, keys, name))!;
  const registered = app.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  if (registered !== key) {
    throw new UsageError(`--seed demo: the app ${name} has another key than ${privateKeyFile}`);
  }
  const { id: appId, publicKey, sealedKey } = app;
  const caller = { tenantId, appId, appName: name, publicKey, sealedKey, isStrict: true };
  return { caller, privateKeyFile };
}

/** @returns the public half of the key in this file, as SDS takes it */
async function openKey(file: string, mayMake: boolean): Promise<string> {
  const pem = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  });
  if (pem === undefined && !mayMake) {
    throw new UsageError(`--seed demo was done before, and ${file} is not there any more`);
  }
  const text = pem ?? makeKey();
  if (pem === undefined) await writeFile(file, text, { mode: 0o600, flag: 'wx' });
  await chmod(file, 0o600);
  return createPublicKey(text).export({ format: 'der', type: 'spki' }).toString('base64');
}

function makeKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: KEY_BITS });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

async function fillVault(
  store: SdsStore,
  keys: TenantKeys,
  owner: Caller,
  vault: DemoVault,
): Promise<void> {
  const { name, readLimit, uniqueData, permissions } = vault;
  const settings = { readLimit, uniqueData, permissions, enable: true, strictSignature: false };
  if (!(await store.vaults.findByName(owner, name))) {
    const id = await store.vaults.create(owner, name, settings);
    // At creation an owner has 101, whatever is asked for.
    await store.vaults.update(owner, keys, id, { permissions });
  }
  const present = await store.records.list(owner, keys, name, { after: undefined, limit: 1 });
  if (present.items.length > 0) return;
  const records = Array.from({ length: vault.records }, (_, index): Content => {
    const { content, meta } = vault.make(index);
    return { data: Buffer.from(content, 'utf8').toString('base64'), meta };
  });
  await store.records.createAll(owner, keys, name, records);
}
