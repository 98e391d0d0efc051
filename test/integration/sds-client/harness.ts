/** The app's SDS room over a fresh profile, against the built server. */
import { readFileSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { AppError, errorNext, errorText } from '../../../shared/errors/index.ts';
import type { SdsApp } from '../../../shared/domain/vault.ts';
import { openSecrets } from '../../../main/keys/secrets.ts';
import type { SecretStore } from '../../../main/keys/secrets.ts';
import { Sds } from '../../../main/sds/sds.ts';
import type { AppSession } from '../../../main/sds/sds.ts';
import type { TenantAccess } from '../../helpers/sds.ts';
import type { TestServer } from '../server/harness.ts';

export class SdsBench {
  readonly dir = mkdtempSync(join(tmpdir(), 'sealift-sds-'));
  readonly sds: Sds;
  #secrets: Promise<SecretStore> | undefined;

  constructor() {
    this.sds = this.another();
  }

  /** The room as another run of the program would open it. */
  another(): Sds {
    const secrets = () =>
      (this.#secrets ??= openSecrets(this.dir, { masterPassword: 'long enough' }));
    return new Sds({ profileDir: this.dir, secrets });
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  /** @returns the id of the tenant */
  async login(url: string, access: TenantAccess): Promise<string> {
    return (await this.sds.saveTenant({ name: 'test', url, ...access })).id;
  }

  /** An app that the service knows. */
  async app(tenantId: string, name: string): Promise<{ app: SdsApp; session: AppSession }> {
    const made = await this.sds.makeApp(tenantId, name, 2048);
    const app = await this.sds.registerApp(made.id);
    return { app, session: await this.sds.session(app.id) };
  }

  dispose(): Promise<void> {
    return rm(this.dir, { recursive: true, force: true });
  }
}

export function accessOfServer(server: TestServer): TenantAccess {
  const text = readFileSync(server.ready.credentialsFile, 'utf8');
  return (JSON.parse(text) as { sds: TenantAccess }).sds;
}

export const noHooks = { signal: new AbortController().signal, onProgress: () => undefined };

/** The AppError that `work` ends with. */
export async function failure(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof AppError)) throw new Error(`no AppError, but ${String(error)}`);
  // Each is told in whole sentences, with nothing left to fill in.
  expect(`${errorText(error)} ${errorNext(error)}`).not.toMatch(/[{}]/);
  return error;
}
