/**
 * The room's front: tenants, apps and their keys, and for each app a client that signs as it. Keeps tokens and opened
 * keys in memory until it is told to forget them.
 */
import type { AppKeyBits, SdsApp, SdsVault } from '../../shared/domain/vault.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { SecretStore } from '../keys/secrets.ts';
import { makeAppKey, readAppKey, toDer, toEncryptedPem } from './app-key.ts';
import { SdsAppStore, shownApp } from './app-store.ts';
import { SdsClient, registerApp } from './client.ts';
import { EnvelopeOpener, openEnvelopes } from './envelope.ts';
import { findKey, rotateKey, settleKey } from './rotation.ts';
import { SdsService } from './service.ts';
import type { SdsAccess } from './service.ts';
import { SdsTenantStore } from './tenant-store.ts';

/** Opens envelopes with a key (PKCS#8 DER), elsewhere or here; null for what cannot be opened. */
export type OpenEnvelopes = (
  privateKeyDer: Uint8Array,
  envelopes: readonly string[],
  raw: boolean,
) => Promise<readonly (Uint8Array | null)[]>;

/** An app at work: its client, and what is known of the vaults that it may use. */
export interface AppSession {
  readonly id: string;
  readonly client: SdsClient;
  /** @returns null for what cannot be opened with the app's key */
  readonly open: (envelopes: readonly string[], raw: boolean) => ReturnType<OpenEnvelopes>;
  /** The AES key of a file; undefined for what is no wrapped key. */
  readonly unwrap: (wrapped: string) => Buffer | undefined;
  /** @param isFresh false: what was read a little while ago will do @throws AppError SDS_NOT_FOUND */
  readonly vault: (name: string, isFresh?: boolean) => Promise<SdsVault>;
  readonly vaults: () => Promise<readonly SdsVault[]>;
}

export interface SdsOptions {
  readonly profileDir: string;
  readonly secrets: () => Promise<SecretStore>;
  /** Default: in this process. */
  readonly openEnvelopes?: OpenEnvelopes;
}

const openHere: OpenEnvelopes = (...input) => Promise.resolve(openEnvelopes(...input));

export class Sds {
  readonly tenants: SdsTenantStore;
  readonly apps: SdsAppStore;
  readonly #open: OpenEnvelopes;
  readonly #services = new Map<string, Promise<SdsService>>();
  readonly #sessions = new Map<string, Promise<AppSession>>();

  constructor({ profileDir, secrets, openEnvelopes: open = openHere }: SdsOptions) {
    this.tenants = new SdsTenantStore(profileDir, secrets);
    this.apps = new SdsAppStore(profileDir, secrets);
    this.#open = open;
  }

  /** Drops tokens and keys from memory: the next call needs the secrets again. */
  forget(): void {
    this.#services.clear();
    this.#sessions.clear();
  }

  /** @throws AppError SDS_TENANT_UNKNOWN, SDS_SECRET_NEEDED and those of the secrets */
  service(tenantId: string): Promise<SdsService> {
    return kept(this.#services, tenantId, async () => {
      return new SdsService(await this.tenants.access(tenantId));
    });
  }

  /** Settles a rotation that broke off, if there is one. @throws AppError SDS_APP_UNKNOWN, and as `service` */
  session(id: string): Promise<AppSession> {
    return kept(this.#sessions, id, async () => {
      const { tenantId } = await this.apps.get(id);
      const service = await this.service(tenantId);
      const { name, current } = await settleKey(this.apps, service, id);
      const privateKey = await this.apps.privateKey(current);
      const der = toDer(privateKey);
      const client = new SdsClient(service, { name, privateKey });
      const vaults = new VaultList(client);
      const opener = new EnvelopeOpener(privateKey);
      return {
        id,
        client,
        open: (envelopes, raw) => this.#open(der, envelopes, raw),
        unwrap: (wrapped) => opener.unwrap(wrapped),
        vault: (vaultName, isFresh = false) => vaults.get(vaultName, isFresh),
        vaults: () => vaults.load(),
      };
    });
  }

  /** The tenant is gone for the apps, too. @throws AppError SDS_TENANT_IN_USE */
  async removeTenant(id: string): Promise<void> {
    const { name } = await this.tenants.get(id);
    const apps = (await this.apps.list()).filter(({ tenantId }) => tenantId === id);
    if (apps.length > 0) {
      const names = apps.map((app) => app.name).join(', ');
      throw new AppError('SDS_TENANT_IN_USE', { name, apps: names });
    }
    this.#services.delete(id);
    await this.tenants.remove(id);
  }

  /** A changed tenant is reached with what it is now. */
  async saveTenant(draft: Parameters<SdsTenantStore['save']>[0]) {
    const saved = await this.tenants.save(draft);
    this.forget();
    return saved;
  }

  /** Whether the service lets this tenant in, before anything is kept. */
  async test(
    { url, tenant, clientId, clientSecret }: SdsAccess,
    signal?: AbortSignal,
  ): Promise<void> {
    await new SdsService({ url, tenant, clientId, clientSecret }).test(signal);
  }

  async makeApp(tenantId: string, name: string, bits: AppKeyBits): Promise<SdsApp> {
    await this.tenants.get(tenantId);
    return shownApp(await this.apps.add(tenantId, name, await makeAppKey(bits)));
  }

  /** @throws AppError of `readAppKey`, SDS_APP_EXISTS */
  async importApp(
    tenantId: string,
    name: string,
    file: { readonly bytes: Uint8Array; readonly passphrase?: string | undefined },
  ): Promise<SdsApp> {
    await this.tenants.get(tenantId);
    const key = readAppKey(file.bytes, file.passphrase);
    return shownApp(await this.apps.add(tenantId, name, key));
  }

  /** @throws AppError SDS_APP_REGISTERED, SDS_NAME_TAKEN and those of the service */
  async registerApp(id: string): Promise<SdsApp> {
    const { tenantId, name, isRegistered, current } = await this.apps.get(id);
    if (isRegistered) throw new AppError('SDS_APP_REGISTERED', { name });
    const appId = await registerApp(await this.service(tenantId), name, current.publicKey);
    const change = await this.apps.change(id, (app) => ({ ...app, appId, isRegistered: true }));
    return shownApp(change);
  }

  /**
   * For an app that was registered elsewhere. With its id the service is asked whether it has this key; without, a
   * signed call shows that it takes the app's signature.
   */
  async linkApp(id: string, appId: string | undefined): Promise<SdsApp> {
    if (appId === undefined) await (await this.session(id)).vaults();
    else {
      const app = { ...(await this.apps.get(id)), appId };
      await findKey(this.apps, await this.service(app.tenantId), app);
    }
    const change = await this.apps.change(id, (app) => ({
      ...app,
      ...(appId !== undefined && { appId }),
      isRegistered: true,
    }));
    return shownApp(change);
  }

  /** @throws AppError as `rotateKey` */
  async rotateApp(id: string, bits: AppKeyBits): Promise<SdsApp> {
    return this.#changeKey(id, (service) => rotateKey(this.apps, service, id, bits));
  }

  async settleApp(id: string): Promise<SdsApp> {
    return this.#changeKey(id, async (service) => {
      return findKey(this.apps, service, await this.apps.get(id));
    });
  }

  async removeApp(id: string): Promise<void> {
    this.#sessions.delete(id);
    await this.apps.remove(id);
  }

  /** PKCS#8 PEM, encrypted. */
  async privatePem(id: string, passphrase: string): Promise<{ name: string; pem: string }> {
    const { name, current } = await this.apps.get(id);
    return { name, pem: toEncryptedPem(await this.apps.privateKey(current), passphrase) };
  }

  async #changeKey(
    id: string,
    change: (service: SdsService) => Promise<Parameters<typeof shownApp>[0]>,
  ): Promise<SdsApp> {
    const { tenantId } = await this.apps.get(id);
    try {
      return shownApp(await change(await this.service(tenantId)));
    } finally {
      // Whatever came of it, the next call asks which key is the app's.
      this.#sessions.delete(id);
    }
  }
}

const VAULTS_KEPT_MS = 30_000;

/** The vaults of an app, read again after a little while. */
class VaultList {
  readonly #client: SdsClient;
  #read: { readonly at: number; readonly vaults: readonly SdsVault[] } | undefined;

  constructor(client: SdsClient) {
    this.#client = client;
  }

  async load(): Promise<readonly SdsVault[]> {
    const vaults = await this.#client.vaults();
    this.#read = { at: Date.now(), vaults };
    return vaults;
  }

  async get(name: string, isFresh: boolean): Promise<SdsVault> {
    const kept = this.#read && Date.now() - this.#read.at < VAULTS_KEPT_MS ? this.#read.vaults : [];
    const find = (vaults: readonly SdsVault[]) => vaults.find((vault) => vault.name === name);
    const found = (isFresh ? undefined : find(kept)) ?? find(await this.load());
    if (found) return found;
    const { host } = this.#client.service;
    const reason = `there is no vault ${name} that this app owns or may use; its owner can give the permission`;
    throw new AppError('SDS_NOT_FOUND', { host, what: 'use the vault', reason });
  }
}

/** Keeps what `make` gives, but no failure. */
function kept<T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = map.get(key);
  if (known) return known;
  const made = make();
  map.set(key, made);
  made.catch(() => {
    if (map.get(key) === made) map.delete(key);
  });
  return made;
}
