/** The files of `--seed demo`: forty small ones with tags, in the vaults that `demo.ts` made. */
import type { SdsStore } from '../store/index.ts';
import type { NewFile } from '../store/sds-files.ts';
import type { FileUploads } from './file-uploads.ts';
import type { Caller } from './permissions.ts';
import type { TenantKeys } from './tenant-keys.ts';

const FILES_A_VAULT = 20;
const MAX_LISTED = 200;

interface DemoFolder {
  readonly vault: string;
  /** The app that uploads. */
  readonly app: string;
  /** The file with this number, from 0. */
  readonly make: (index: number) => Omit<NewFile, 'vault'> & { readonly content: string };
}

const FOLDERS: readonly DemoFolder[] = [
  {
    vault: 'phone-numbers',
    app: 'demo-clinic',
    make: (index) => ({
      name: `call-list-${String(index + 1).padStart(2, '0')}.csv`,
      description: `Whom to call in week ${index + 1}`,
      tags: [
        { key: 'KIND', value: 'call-list' },
        { key: 'WEEK', value: String(index + 1) },
        { key: 'URGENT', value: index % 5 === 0 ? 'yes' : '' },
      ],
      content: `patient,phone\n${index + 1},+49 152 ${28_817_386 + index}\n`,
    }),
  },
  {
    vault: 'invoices',
    app: 'demo-billing',
    make: (index) => ({
      name: `invoice-2026-${String(index + 1).padStart(4, '0')}.txt`,
      description: undefined,
      tags: [
        { key: 'KIND', value: 'invoice' },
        { key: 'YEAR', value: '2026' },
        { key: index % 2 === 0 ? 'PAID' : 'OPEN', value: '' },
      ],
      content: `Invoice 2026-${String(index + 1).padStart(4, '0')}\nTotal: ${20 + index} euro\n`,
    }),
  },
];

/** Adds what is not there yet: a start that was broken off is finished by the next one. */
export async function seedDemoFiles(
  store: SdsStore,
  uploads: FileUploads,
  tenantId: string,
): Promise<void> {
  const keys = (await store.tenants.keys(tenantId))!;
  for (const { vault, app, make } of FOLDERS) {
    const caller = await openCaller(store, keys, tenantId, app);
    const page = { after: undefined, limit: MAX_LISTED };
    const { items } = await store.files.list(caller, keys, vault, { tags: [], tagKeys: [] }, page);
    const present = new Set(
      items.filter(({ status }) => status === 'COMPLETED').map(({ name }) => name),
    );
    for (let index = 0; index < FILES_A_VAULT; index += 1) {
      const { content, ...file } = make(index);
      if (!present.has(file.name)) {
        await uploads.take(caller, keys, { ...file, vault }, oneChunk(content));
      }
    }
  }
}

async function openCaller(
  store: SdsStore,
  keys: TenantKeys,
  tenantId: string,
  appName: string,
): Promise<Caller> {
  const {
    id: appId,
    publicKey,
    sealedKey,
  } = (await store.apps.findByName(tenantId, keys, appName))!;
  return { tenantId, appId, appName, publicKey, sealedKey, isStrict: true };
}

async function* oneChunk(text: string): AsyncGenerator<Buffer> {
  yield await Promise.resolve(Buffer.from(text, 'utf8'));
}
