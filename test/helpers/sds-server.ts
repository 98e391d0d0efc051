/** The bundled server with its tenant of SDS, and who owns vaults there: what the tests of the window start from. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSealiftServer } from './sealift-server.ts';
import { TestTenant } from './sds.ts';
import type { TenantAccess, TestApp } from './sds.ts';

export interface SdsServer {
  readonly url: string;
  readonly dataDir: string;
  readonly access: TenantAccess;
  readonly tenant: TestTenant;
  /** An app that is registered and no other program has. */
  readonly owner: TestApp;
  /** Ends the server's process; its data stay. */
  down(): Promise<void>;
  /** Starts it again at the same address. @param args further arguments */
  up(args?: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

export async function startSdsServer(): Promise<SdsServer> {
  const folder = await mkdtemp(join(tmpdir(), 'sealift-sds-server-'));
  const dataDir = join(folder, 'data');
  let server = await startSealiftServer({ dataDir });
  const { http: url, credentialsFile } = server.ready;
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const credentials: unknown = JSON.parse(await readFile(credentialsFile, 'utf8'));
    const access = (credentials as { sds: TenantAccess }).sds;
    const tenant = await TestTenant.open(url, access);
    const owner = await tenant.register('vault-owner');
    return {
      url,
      dataDir,
      access,
      tenant,
      owner,
      down: () => server.stop(),
      up: async (args = []) => {
        const { port } = new URL(url);
        server = await startSealiftServer({ dataDir, args: ['--http', port, ...args] });
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Stores records, several calls at a time. */
export async function storeRecords(
  { tenant, owner }: Pick<SdsServer, 'tenant' | 'owner'>,
  vault: string,
  count: number,
  valueOf: (index: number) => string,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      await tenant.store(owner, vault, valueOf(index), { row: index, region: 'north' });
    }
  };
  await Promise.all(Array.from({ length: 12 }, lane));
}
