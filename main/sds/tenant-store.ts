/** The SDS tenants of this profile. Client secrets are in the secret store, never in the file. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { SdsTenant } from '../../shared/domain/vault.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { SecretStore } from '../keys/secrets.ts';
import { JsonFile } from '../platform/json-file.ts';
import { checkSdsUrl } from './service.ts';
import type { SdsAccess } from './service.ts';

const stored = z.object({
  id: z.uuid(),
  name: z.string(),
  url: z.string(),
  tenant: z.string(),
  clientId: z.string(),
  practice: z.boolean(),
}) satisfies z.ZodType<SdsTenant>;

export interface TenantDraft {
  /** Absent: a new one. */
  readonly id?: string | undefined;
  readonly name: string;
  readonly url: string;
  readonly tenant: string;
  readonly clientId: string;
  /** Absent: the one kept before. */
  readonly clientSecret?: string | undefined;
  readonly practice?: boolean;
}

export class SdsTenantStore {
  readonly #file: JsonFile<SdsTenant[]>;
  readonly #secrets: () => Promise<SecretStore>;

  constructor(profileDir: string, secrets: () => Promise<SecretStore>) {
    this.#file = new JsonFile(join(profileDir, 'sds', 'tenants.json'), z.array(stored), []);
    this.#secrets = secrets;
  }

  list(): Promise<SdsTenant[]> {
    return this.#file.read();
  }

  /** @throws AppError SDS_TENANT_UNKNOWN */
  async get(id: string): Promise<SdsTenant> {
    const found = (await this.list()).find((one) => one.id === id);
    if (!found) throw new AppError('SDS_TENANT_UNKNOWN', { name: '' });
    return found;
  }

  /**
   * A kept secret must not go to an address, a tenant or a client that it was not given for.
   * @throws AppError SDS_TENANT_UNKNOWN, SDS_SECRET_NEEDED, SDS_URL_INVALID, SDS_INSECURE
   */
  async save(draft: TenantDraft): Promise<SdsTenant> {
    const { clientSecret } = draft;
    const before = draft.id === undefined ? undefined : await this.get(draft.id);
    const url = checkSdsUrl(draft.url).href.replace(/\/+$/, '');
    const after: SdsTenant = {
      id: draft.id ?? randomUUID(),
      name: draft.name,
      url,
      tenant: draft.tenant,
      clientId: draft.clientId,
      practice: draft.practice ?? before?.practice ?? false,
    };
    if (clientSecret === undefined && !isSameAccess(before, after)) {
      throw new AppError('SDS_SECRET_NEEDED', { name: draft.name });
    }
    if (clientSecret !== undefined) {
      await (await this.#secrets()).set(secretName(after.id), clientSecret);
    }
    await this.#file.update((all) =>
      before ? all.map((one) => (one.id === after.id ? after : one)) : [...all, after],
    );
    return after;
  }

  async remove(id: string): Promise<void> {
    await this.get(id);
    await (await this.#secrets()).delete(secretName(id));
    await this.#file.update((all) => all.filter((one) => one.id !== id));
  }

  /** With the secret: for the client only. @throws AppError SDS_TENANT_UNKNOWN, SDS_SECRET_NEEDED */
  async access(id: string): Promise<SdsAccess> {
    const { name, url, tenant, clientId } = await this.get(id);
    const clientSecret = await (await this.#secrets()).get(secretName(id));
    if (clientSecret === undefined) throw new AppError('SDS_SECRET_NEEDED', { name });
    return { url, tenant, clientId, clientSecret };
  }
}

const secretName = (id: string): string => `sds-tenant/${id}/client-secret`;

function isSameAccess(before: SdsTenant | undefined, after: SdsTenant): boolean {
  return (
    before !== undefined &&
    new URL(before.url).origin === new URL(after.url).origin &&
    before.tenant === after.tenant &&
    before.clientId === after.clientId
  );
}
