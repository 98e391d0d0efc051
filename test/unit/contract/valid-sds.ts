/** A payload in the form of the contract for each call of Secure Data Storage. */
import type { Input } from '../../../shared/contract/api.ts';
import type { InvokeName } from '../../../shared/contract/names.ts';

const id = '0b0e9bd8-7a9a-4b0c-9a57-0a4a7a4d7c11';
const app = id;
const vault = 'phone-number';
const vaultId = `vault:${id}`;
const recordId = `data:${id}`;
const fileId = `file:${id}`;
const tags = [{ key: 'CONSIGNEE', value: 'ADDRESS' }];
const permissions = [{ app: 'Participant', permission: '101' as const }];

export const validSds: {
  readonly [N in Extract<InvokeName, `sds.${string}`>]: Input<N>;
} = {
  'sds.tenants.list': {},
  'sds.tenants.save': {
    name: 'Staging',
    url: 'https://sds.example.com',
    tenant: 't1',
    clientId: 'c',
    clientSecret: 's',
  },
  'sds.tenants.remove': { id },
  'sds.tenants.test': { id },
  'sds.apps.list': {},
  'sds.apps.make': { tenantId: id, name: 'Participant', bits: 2048 },
  'sds.apps.importFile': { tenantId: id, name: 'Participant', handle: id, passphrase: 'x' },
  'sds.apps.register': { id },
  'sds.apps.link': { id, appId: `app:${id}` },
  'sds.apps.rotate': { id, bits: 3072 },
  'sds.apps.settle': { id },
  'sds.apps.exportPrivate': { id, passphrase: 'long enough', confirmed: true },
  'sds.apps.remove': { id, confirmed: true },
  'sds.vaults.list': { app },
  'sds.vaults.make': {
    app,
    name: vault,
    readLimit: 50,
    uniqueData: false,
    permissions,
    isStrict: false,
  },
  'sds.vaults.get': { app, vaultId },
  'sds.vaults.update': {
    app,
    vaultId,
    readLimit: 50,
    uniqueData: true,
    permissions,
    isEnabled: true,
    isStrict: true,
  },
  'sds.records.page': { app, vault, after: recordId, limit: 200 },
  'sds.records.open': { app, vault, ids: [recordId] },
  'sds.records.reveal': { app, vault, ids: [recordId], raw: false },
  'sds.records.copy': { app, vault, recordId, form: 'text' },
  'sds.records.create': { app, vault, value: { form: 'text', content: 'x' }, meta: '{}' },
  'sds.records.update': {
    app,
    recordId,
    value: { form: 'base64', content: 'eA==' },
    meta: '{}',
  },
  'sds.records.move': { app, recordId, vault },
  'sds.records.remove': { app, recordId },
  'sds.records.import': {
    app,
    vault,
    handle: id,
    column: 'phone',
    form: 'text',
    metaColumns: ['name'],
  },
  'sds.records.export': {
    app,
    vault,
    ids: [recordId],
    format: 'csv',
    content: 'decrypted',
  },
  'sds.files.search': { app, vault, name: 'a.pdf', tags, after: fileId, limit: 50 },
  'sds.files.get': { app, fileId },
  'sds.files.upload': {
    app,
    vault,
    handle: id,
    name: 'a.pdf',
    description: '',
    tags,
    callback: 'https://example.com/done',
  },
  'sds.files.addUrl': {
    app,
    vault,
    url: 'https://files.example.com/a.pdf',
    name: 'a.pdf',
    description: '',
    tags,
  },
  'sds.files.source': { app, fileId },
  'sds.files.download': { app, fileId, vault, name: 'a.pdf' },
  'sds.files.fetchUrl': { app, fileId, vault, name: 'a.pdf', hosts: ['files.example.com'] },
  'sds.files.remove': { app, fileId },
  'sds.transfers.list': {},
  'sds.transfers.cancel': { id },
  'sds.transfers.dismiss': { id },
};
