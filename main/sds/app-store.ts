/**
 * Apps of this profile and their keys. What is known of them lies readable in `sds/apps.json`; private keys beside
 * it, each sealed under the profile's wrapping key (docs/formats/key-store.md).
 */
import { randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { SdsApp } from '../../shared/domain/vault.ts';
import { AppError } from '../../shared/errors/index.ts';
import { SealedFiles } from '../keys/sealed-file.ts';
import type { SecretStore } from '../keys/secrets.ts';
import { JsonFile } from '../platform/json-file.ts';
import { bitsOf, fingerprintOf, fromDer, publicHalf, toDer } from './app-key.ts';

const keyRef = z.object({
  keyId: z.uuid(),
  bits: z.number().int(),
  /** Base64 of the DER SubjectPublicKeyInfo. */
  publicKey: z.string(),
  createdAt: z.string(),
});
const storedApp = z.object({
  id: z.uuid(),
  tenantId: z.uuid(),
  name: z.string(),
  appId: z.string().optional(),
  isRegistered: z.boolean(),
  current: keyRef,
  /** Made for a rotation whose end is not known. */
  pending: keyRef.optional(),
  /** Newest first. */
  archived: z.array(keyRef),
});

/** A key by its public half; the private one is in a sealed file. */
export type KeyRef = z.output<typeof keyRef>;
export type StoredApp = z.output<typeof storedApp>;

export class SdsAppStore {
  readonly #folder: string;
  readonly #index: JsonFile<StoredApp[]>;
  readonly #sealed: SealedFiles;

  constructor(profileDir: string, secrets: () => Promise<SecretStore>) {
    this.#folder = join(profileDir, 'sds');
    this.#index = new JsonFile(join(this.#folder, 'apps.json'), z.array(storedApp), []);
    this.#sealed = new SealedFiles(secrets);
  }

  async list(): Promise<SdsApp[]> {
    return (await this.#index.read()).map(shownApp);
  }

  /** @throws AppError SDS_APP_UNKNOWN */
  async get(id: string): Promise<StoredApp> {
    const found = (await this.#index.read()).find((one) => one.id === id);
    if (!found) throw new AppError('SDS_APP_UNKNOWN', { name: '' });
    return found;
  }

  /** Keeps a new app; the key is on the disk before the app is told of. @throws AppError SDS_APP_EXISTS */
  async add(tenantId: string, name: string, privateKey: KeyObject): Promise<StoredApp> {
    const isTaken = (all: readonly StoredApp[]) =>
      all.some((one) => one.tenantId === tenantId && one.name === name);
    if (isTaken(await this.#index.read())) throw new AppError('SDS_APP_EXISTS', { name });
    const app: StoredApp = {
      id: randomUUID(),
      tenantId,
      name,
      isRegistered: false,
      current: await this.keep(privateKey),
      archived: [],
    };
    await this.#index.update((all) => {
      if (isTaken(all)) throw new AppError('SDS_APP_EXISTS', { name });
      return [...all, app];
    });
    return app;
  }

  /** Seals a private key, so that it can be spoken of. */
  async keep(privateKey: KeyObject): Promise<KeyRef> {
    const keyId = randomUUID();
    await this.#sealed.write(this.#path(keyId), context(keyId), toDer(privateKey));
    const publicKey = publicHalf(privateKey);
    return { keyId, bits: bitsOf(privateKey), publicKey, createdAt: new Date().toISOString() };
  }

  /** @throws AppError SEALED_FILE_DAMAGED, SECRETS_LOCKED, KEYCHAIN_UNAVAILABLE and its kin */
  async privateKey({ keyId }: KeyRef): Promise<KeyObject> {
    const path = this.#path(keyId);
    const der = await this.#sealed.read(path, context(keyId));
    if (!der) throw new AppError('SEALED_FILE_DAMAGED', { file: path });
    return fromDer(der);
  }

  async change(id: string, change: (app: StoredApp) => StoredApp): Promise<StoredApp> {
    await this.get(id);
    const all = await this.#index.update((every) =>
      every.map((one) => (one.id === id ? change(one) : one)),
    );
    return all.find((one) => one.id === id)!;
  }

  /** Removes the app from here with all its keys. */
  async remove(id: string): Promise<void> {
    const { current, pending, archived } = await this.get(id);
    await this.#index.update((all) => all.filter((one) => one.id !== id));
    for (const ref of [current, ...(pending ? [pending] : []), ...archived]) {
      await rm(this.#path(ref.keyId), { force: true });
    }
  }

  #path(keyId: string): string {
    return join(this.#folder, `${keyId}.app-key.sealed`);
  }
}

const context = (keyId: string) => ({ purpose: 'sds-app-key', id: keyId });

/** Without key ids, which are of no use outside. */
export function shownApp(app: StoredApp): SdsApp {
  const { id, tenantId, name, appId, isRegistered, current, pending, archived } = app;
  return {
    id,
    tenantId,
    name,
    ...(appId !== undefined && { appId }),
    state: pending ? 'rotating' : isRegistered ? 'registered' : 'new',
    bits: current.bits,
    publicKey: current.publicKey,
    sha256: fingerprintOf(current.publicKey),
    createdAt: current.createdAt,
    archivedKeys: archived.length,
  };
}
