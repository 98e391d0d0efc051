/** The built server with its tenants, for the tests of SDS over HTTP. */
import { readFileSync } from 'node:fs';
import { TestTenant } from '../../helpers/sds.ts';
import type { TenantAccess } from '../../helpers/sds.ts';
import { TestServer } from '../server/harness.ts';
import type { StartOptions } from '../server/harness.ts';

export interface SdsServer {
  readonly server: TestServer;
  readonly http: string;
  /** The tenant of the first start. */
  readonly tenant: TestTenant;
  /** Makes one more, over the console API. */
  makeTenant(): Promise<TestTenant>;
}

export async function startSds(options: StartOptions = {}): Promise<SdsServer> {
  const server = await TestServer.start(options);
  const { http } = server.ready;
  const file = JSON.parse(readFileSync(server.ready.credentialsFile, 'utf8')) as {
    sds: TenantAccess;
  };
  return {
    server,
    http,
    tenant: await TestTenant.open(http, file.sds),
    makeTenant: async () =>
      TestTenant.open(http, await server.call<TenantAccess>('POST', '/tenants')),
  };
}
