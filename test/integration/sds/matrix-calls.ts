/** The calls of the permission matrix: what each needs, and how it is made. */
import { randomUUID } from 'node:crypto';
import type { Answer, TestApp, TestTenant } from '../../helpers/sds.ts';
import { sendForm, sendRaw } from './files-harness.ts';

type Need = 'write' | 'read' | 'own';

/** A call on a vault (by name and id), or on a record or a file in it. */
export interface Call {
  readonly name: string;
  readonly need: Need;
  /** What must be in the vault for it: there is nothing in a disabled one. */
  readonly on?: 'record' | 'file';
  /** The status where it is allowed. */
  readonly success?: number;
  readonly run: (tenant: TestTenant, app: TestApp, at: Target) => Promise<Answer<unknown>>;
}

export interface Target {
  readonly vault: string;
  readonly vaultId: string;
  /** Ids; of none where nothing is needed. */
  readonly record: string;
  readonly file: string;
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

const DATA_CALLS: readonly Call[] = [
  {
    name: 'POST /data',
    need: 'write',
    run: (tenant, app, { vault }) =>
      tenant.call(app, 'POST', '/data', { body: { vault, data: base64(randomUUID()) } }),
  },
  {
    name: 'PUT /data/{id}: data',
    need: 'write',
    on: 'record',
    run: (tenant, app, { record }) =>
      tenant.call(app, 'PUT', `/data/${record}`, { body: { data: base64('changed') } }),
  },
  {
    name: 'PUT /data/{id}: meta',
    need: 'write',
    on: 'record',
    run: (tenant, app, { record }) =>
      tenant.call(app, 'PUT', `/data/${record}`, { body: { meta: 'new' } }),
  },
  {
    name: 'GET /data/{id}',
    need: 'read',
    on: 'record',
    run: (tenant, app, { record }) => tenant.call(app, 'GET', `/data/${record}`),
  },
  {
    name: 'GET /data?ids=',
    need: 'read',
    on: 'record',
    run: (tenant, app, { record }) => tenant.call(app, 'GET', `/data?ids=${record}`),
  },
  {
    name: 'GET /data?vault=',
    need: 'read',
    run: (tenant, app, { vault }) => tenant.call(app, 'GET', `/data?vault=${vault}`),
  },
  {
    name: 'DELETE /data/{id}',
    need: 'write',
    on: 'record',
    run: (tenant, app, { record }) => tenant.call(app, 'DELETE', `/data/${record}`),
  },
];

const VAULT_CALLS: readonly Call[] = [
  {
    name: 'GET /vaults/{id}',
    need: 'own',
    run: (tenant, app, { vaultId }) => tenant.call(app, 'GET', `/vaults/${vaultId}`),
  },
  {
    name: 'PUT /vaults/{id}',
    need: 'own',
    run: (tenant, app, { vaultId }) =>
      tenant.call(app, 'PUT', `/vaults/${vaultId}`, { body: { readLimit: 7 } }),
  },
];

const FILE_CALLS: readonly Call[] = [
  {
    name: 'POST /files: raw',
    need: 'write',
    success: 202,
    run: (tenant, app, { vault }) => sendRaw(tenant, app, { vault, name: 'raw' }, 'content'),
  },
  {
    name: 'POST /files: form',
    need: 'write',
    success: 202,
    run: (tenant, app, { vault }) =>
      sendForm(tenant, app, { vault, name: 'form' }, new Blob(['content'])),
  },
  {
    name: 'POST /files: URL',
    need: 'write',
    success: 202,
    run: (tenant, app, { vault }) =>
      tenant.call(app, 'POST', '/files', {
        body: { type: 'URL', url: 'https://files.example/x', name: 'url', vault },
      }),
  },
  {
    name: 'GET /files?vault=',
    need: 'read',
    run: (tenant, app, { vault }) => tenant.call(app, 'GET', `/files?vault=${vault}`),
  },
  {
    name: 'GET /files?vault=, by tag',
    need: 'read',
    run: (tenant, app, { vault }) =>
      tenant.call(app, 'GET', `/files?vault=${vault}&tag.KIND=kept&name=kept`),
  },
  {
    name: 'GET /files/{id}',
    need: 'read',
    on: 'file',
    run: (tenant, app, { file }) => tenant.call(app, 'GET', `/files/${file}`),
  },
  {
    name: 'GET /files/{id}/download',
    need: 'read',
    on: 'file',
    run: (tenant, app, { file }) => tenant.call(app, 'GET', `/files/${file}/download`),
  },
  {
    name: 'DELETE /files/{id}',
    need: 'write',
    on: 'file',
    run: (tenant, app, { file }) => tenant.call(app, 'DELETE', `/files/${file}`),
  },
];

export const CALLS: readonly Call[] = [...DATA_CALLS, ...VAULT_CALLS, ...FILE_CALLS];
