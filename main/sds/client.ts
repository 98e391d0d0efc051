/**
 * The calls of SDS as one app makes them, one method a call. Answers are checked against schemas before anything
 * believes them. Stores nothing.
 */
import { z } from 'zod';
import { PERMISSIONS } from '../../shared/domain/sds.ts';
import type {
  AppPermission,
  FileTag,
  SdsFile,
  SdsVault,
  SdsVaultDetails,
} from '../../shared/domain/vault.ts';
import type { SdsCall, SdsService } from './service.ts';
import { proofOf } from './signature.ts';
import type { Signer } from './signature.ts';

const MAX_PAGE = 200;
const MAX_TEXT = 4_096;
const word = z.string().min(1).max(MAX_TEXT);
const id = z.object({ id: word });
const permission = z.enum(PERMISSIONS);
const registeredApp = z.object({ id: word, name: word, key: z.string().max(8_192) });
const settings = {
  id: word,
  name: word,
  owner: word,
  readLimit: z.number().int().min(1).max(1_000),
  uniqueData: z.boolean(),
  enable: z.boolean(),
  strictSignature: z.boolean().default(false),
};
const listedVaults = z.object({ items: z.array(z.object({ ...settings, permission })) });
const ownVault = z.object({
  ...settings,
  permissions: z.array(z.object({ app: word, permission })),
  createdAt: z.string().max(64).default(''),
  updatedAt: z.string().max(64).default(''),
});
const record = z.object({
  id: word,
  vault: word,
  data: z.string(),
  meta: z.unknown().optional(),
  encrypted: z.boolean(),
});
const recordPage = z.object({
  items: z
    .array(
      z.object({
        id: word,
        meta: z.unknown().optional(),
        createdAt: z.string().max(64).default(''),
        updatedAt: z.string().max(64).default(''),
      }),
    )
    .max(MAX_PAGE),
  next: word.optional(),
});
const file = z.object({
  id: word,
  vault: word,
  type: z.enum(['FILE', 'URL']),
  status: z.enum(['PENDING', 'COMPLETED', 'FAILED']),
  name: z.string().max(MAX_TEXT),
  description: z.string().max(MAX_TEXT).nullish(),
  tags: z.record(z.string(), z.string().nullable()).default({}),
  size: z.number().int().nonnegative().optional(),
  createdAt: z.string().max(64).optional(),
});
const filePage = z.object({ items: z.array(file).max(MAX_PAGE), next: word.optional() });
const accepted = z.object({ id: word });
const download = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('FILE'),
    link: z.string().max(MAX_TEXT),
    expiresAt: z.string().max(64),
    encrypted: z.boolean(),
    secret: z.string().max(8_192).optional(),
  }),
  z.object({ type: z.literal('URL'), link: z.string().max(MAX_TEXT) }),
]);

export type ReadRecord = z.output<typeof record>;
export type RecordPage = z.output<typeof recordPage>;
export type FileLink = Extract<z.output<typeof download>, { type: 'FILE' }>;
export type Download = z.output<typeof download>;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface VaultChanges {
  readonly readLimit?: number | undefined;
  readonly uniqueData?: boolean | undefined;
  readonly permissions?: readonly AppPermission[] | undefined;
  readonly isEnabled?: boolean | undefined;
  readonly isStrict?: boolean | undefined;
}

export interface NewRecord {
  /** Canonical base64. */
  readonly data: string;
  readonly meta?: unknown;
  /** The vault's name. */
  readonly vault: string;
}

export interface FileQuery {
  readonly vault: string;
  readonly name?: string | undefined;
  /** All must match; without `value`: the key is there. */
  readonly tags?: readonly { readonly key: string; readonly value?: string | undefined }[];
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

export interface FileFacts {
  readonly vault: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly tags: readonly FileTag[];
  readonly callback?: string | undefined;
}

/** All methods throw the AppErrors of {@link SdsService.call}. */
export class SdsClient {
  readonly #service: SdsService;
  readonly #signer: Signer;

  constructor(service: SdsService, signer: Signer) {
    this.#service = service;
    this.#signer = signer;
  }

  get service(): SdsService {
    return this.#service;
  }

  get signer(): Signer {
    return this.#signer;
  }

  app(appId: string, options?: CallOptions): Promise<z.output<typeof registeredApp>> {
    return this.#call({
      method: 'GET',
      path: ['apps', appId],
      answer: registeredApp,
      what: 'read the registration of the app',
      ...options,
    });
  }

  /** Replaces the app's key, signed by the one that it has now. @param newKey signs the proof */
  async putKey(appId: string, newKey: Signer['privateKey'], publicKey: string): Promise<void> {
    await this.#call({
      method: 'PUT',
      path: ['apps', appId],
      body: { key: publicKey, proof: proofOf(newKey, appId, publicKey) },
      answer: id,
      what: 'replace the key of the app',
      strict: true,
    });
  }

  async vaults(options?: CallOptions): Promise<SdsVault[]> {
    const { items } = await this.#call({
      method: 'GET',
      path: ['vaults'],
      answer: listedVaults,
      what: 'list the vaults',
      ...options,
    });
    return items.map((item) => ({ ...this.#shown(item), permission: item.permission }));
  }

  /** @returns its id */
  async makeVault(name: string, changes: VaultChanges): Promise<string> {
    const made = await this.#call({
      method: 'POST',
      path: ['vaults'],
      body: { name, owner: this.#signer.name, ...sentSettings(changes) },
      answer: id,
      what: `make the vault ${name}`,
    });
    return made.id;
  }

  async vault(vaultId: string, options?: CallOptions): Promise<SdsVaultDetails> {
    const found = await this.#call({
      method: 'GET',
      path: ['vaults', vaultId],
      answer: ownVault,
      what: 'see the settings of the vault',
      ...options,
    });
    const own = found.permissions.find(({ app }) => app === this.#signer.name);
    return {
      ...this.#shown(found),
      permission: own?.permission ?? '000',
      permissions: found.permissions,
      createdAt: found.createdAt,
      updatedAt: found.updatedAt,
    };
  }

  async updateVault(vaultId: string, changes: VaultChanges): Promise<void> {
    await this.#call({
      method: 'PUT',
      path: ['vaults', vaultId],
      body: sentSettings(changes),
      answer: id,
      what: 'change the settings of the vault',
    });
  }

  /** Ids and meta, no content. */
  page(
    vault: string,
    { after, limit }: { after?: string | undefined; limit: number },
    options?: CallOptions,
  ): Promise<RecordPage> {
    return this.#call({
      method: 'GET',
      path: ['data'],
      query: [['vault', vault], ['limit', String(limit)], ...pair('after', after)],
      answer: recordPage,
      what: `read in ${vault}`,
      ...options,
    });
  }

  /** In the order asked, all or none. At most as many as the vault's read limit. */
  read(ids: readonly string[], options?: CallOptions): Promise<ReadRecord[]> {
    const [only] = ids;
    if (ids.length === 1 && only !== undefined) {
      return this.#call({
        method: 'GET',
        path: ['data', only],
        answer: record.transform((one) => [one]),
        what: 'read the record',
        ...options,
      });
    }
    return this.#call({
      method: 'GET',
      path: ['data'],
      query: [['ids', ids.join(',')]],
      answer: z.array(record).length(ids.length),
      what: 'read the records',
      ...options,
    });
  }

  async create(body: NewRecord, options?: CallOptions): Promise<string> {
    const what = `write in ${body.vault}`;
    const call = { method: 'POST', path: ['data'], body, answer: id, what } as const;
    return (await this.#call({ ...call, ...options })).id;
  }

  async update(recordId: string, body: Partial<NewRecord>): Promise<void> {
    const what =
      body.vault === undefined ? 'change the record' : `move the record to ${body.vault}`;
    await this.#call({ method: 'PUT', path: ['data', recordId], body, answer: id, what });
  }

  async remove(recordId: string): Promise<void> {
    const path = ['data', recordId];
    await this.#call({ method: 'DELETE', path, answer: id, what: 'delete the record' });
  }

  async files(
    { vault, name, tags = [], after, limit = MAX_PAGE }: FileQuery,
    options?: CallOptions,
  ): Promise<{ items: SdsFile[]; next?: string }> {
    const { items, next } = await this.#call({
      method: 'GET',
      path: ['files'],
      query: [
        ['vault', vault],
        ['limit', String(limit)],
        ...pair('name', name),
        ...pair('after', after),
        ...tags.map(({ key, value }) =>
          value === undefined ? (['tagKey', key] as const) : ([`tag.${key}`, value] as const),
        ),
      ],
      answer: filePage,
      what: `look for files in ${vault}`,
      ...options,
    });
    return { items: items.map(toFile), ...(next !== undefined && { next }) };
  }

  async file(fileId: string, options?: CallOptions): Promise<SdsFile> {
    const path = ['files', fileId];
    const what = 'see the file';
    return toFile(await this.#call({ method: 'GET', path, answer: file, what, ...options }));
  }

  /** @returns the id of the file, whose status is PENDING */
  async upload(
    content: NonNullable<SdsCall<unknown>['content']>,
    vault: { readonly name: string; readonly isStrict: boolean },
    options?: CallOptions,
  ): Promise<string> {
    const sent = await this.#call({
      method: 'POST',
      path: ['files'],
      content,
      answer: accepted,
      what: `write in ${vault.name}`,
      // Known before, since content that was on its way cannot be taken back.
      strict: vault.isStrict,
      ...options,
    });
    return sent.id;
  }

  async addUrl({ tags, ...facts }: FileFacts, url: string): Promise<string> {
    const sent = await this.#call({
      method: 'POST',
      path: ['files'],
      body: { type: 'URL', url, ...facts, tags: tagObject(tags) },
      answer: accepted,
      what: `write in ${facts.vault}`,
    });
    return sent.id;
  }

  download(fileId: string, options?: CallOptions): Promise<Download> {
    return this.#call({
      method: 'GET',
      path: ['files', fileId, 'download'],
      answer: download,
      what: 'download the file',
      ...options,
    });
  }

  async removeFile(fileId: string): Promise<void> {
    const path = ['files', fileId];
    await this.#call({ method: 'DELETE', path, answer: id, what: 'delete the file' });
  }

  #call<T>(call: Omit<SdsCall<T>, 'signer'>): Promise<T> {
    return this.#service.call({ ...call, signer: this.#signer });
  }

  #shown(vault: z.output<z.ZodObject<typeof settings>>): Omit<SdsVault, 'permission'> {
    return {
      id: vault.id,
      name: vault.name,
      owner: vault.owner,
      isMine: vault.owner === this.#signer.name,
      readLimit: vault.readLimit,
      uniqueData: vault.uniqueData,
      isEnabled: vault.enable,
      isStrict: vault.strictSignature,
    };
  }
}

/** Registers an app; needs no signature, since the service does not know it yet. @returns its id */
export async function registerApp(
  service: SdsService,
  name: string,
  publicKey: string,
): Promise<string> {
  const body = { name, key: publicKey };
  const what = `register the app ${name}`;
  return (await service.call({ method: 'POST', path: ['apps'], body, answer: id, what })).id;
}

/** As a JSON object; a prototype's name among the keys is a key like any other. */
export function tagObject(tags: readonly FileTag[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}

function pair(name: string, value: string | undefined): readonly (readonly [string, string])[] {
  return value === undefined ? [] : [[name, value]];
}

function sentSettings({ isEnabled, isStrict, ...rest }: VaultChanges): Record<string, unknown> {
  return { ...rest, enable: isEnabled, strictSignature: isStrict };
}

function toFile({ description, tags, size, createdAt, ...rest }: z.output<typeof file>): SdsFile {
  return {
    ...rest,
    description: description ?? '',
    tags: Object.entries(tags).map(([key, value]) => ({ key, value: value ?? '' })),
    ...(size !== undefined && { sizeBytes: size }),
    ...(createdAt !== undefined && { createdAt }),
  };
}
