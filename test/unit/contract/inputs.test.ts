// Every call of the window against bad payloads: nothing but the contract's own form may pass.
import { describe, expect, it } from 'vitest';
import { EVENT_NAMES, INVOKE_NAMES } from '../../../shared/contract/names.ts';
import type { InvokeName } from '../../../shared/contract/names.ts';
import type { Input } from '../../../shared/contract/api.ts';
import { adoptInput, events, invokes } from '../../../shared/contract/schemas.ts';
import { validSds } from './valid-sds.ts';

const id = '0b0e9bd8-7a9a-4b0c-9a57-0a4a7a4d7c11';
const fingerprint = '1A7849F996BFD78569533B2CF55DEEE68995217D';
const manifestText = '{}';

const valid: { readonly [N in InvokeName]: Input<N> } = {
  'app.info': {},
  'app.openLink': { id: 'licences' },
  'app.copyText': { text: 'x' },
  'settings.get': {},
  'settings.set': {
    appearance: 'dark',
    clientEmail: 'a@example.com',
    lockAfterIdleMinutes: 15,
    clipboardSeconds: 30,
  },
  'secrets.state': {},
  'secrets.setMasterPassword': { password: 'long enough' },
  'secrets.unlock': { password: 'x' },
  'secrets.lock': {},
  'files.choose': { purpose: 'data' },
  'files.sample': {},
  'files.inspect': { handle: id },
  'files.convert': { handle: id, convert: true },
  'mapping.suggest': { handle: id, type: 'event', remembered: 'any-type' },
  'templates.list': {},
  'templates.save': {
    name: 'Weekly orders',
    mapping: { type: 'event', columns: [{ header: 'a', target: 'b', dataType: 'STRING' }] },
    replace: false,
  },
  'templates.rename': { id, name: 'Weekly orders' },
  'templates.remove': { id },
  'templates.apply': { id, handle: id },
  'templates.export': { id },
  'templates.import': { handle: id },
  'manifest.build': {
    handle: id,
    mapping: { type: 'event', columns: [{ header: 'a', target: 'b', dataType: 'STRING' }] },
    clientEmail: 'a@example.com',
    keyId: id,
  },
  'manifest.check': { text: manifestText, header: ['a'] },
  'manifest.exportYaml': { text: manifestText, suggestedName: 'users.manifest' },
  'keys.list': {},
  'keys.damaged': {},
  'keys.hint': { passphrase: 'x' },
  'keys.make': {
    name: 'N',
    email: 'a@example.com',
    type: 'rsa3072',
    expiresInDays: 90,
    passphrase: 'x',
  },
  'keys.importFile': { handle: id, passphrase: 'x' },
  'keys.importText': { text: 'x', passphrase: 'x' },
  'keys.exportPublic': { fingerprint },
  'keys.exportPrivate': { fingerprint, confirmed: true },
  'keys.exportRevocation': { fingerprint },
  'keys.remove': { fingerprint },
  'keys.setKeyId': { fingerprint, keyId: id },
  'keys.register': { fingerprint, connectionId: id, withPrimary: false, confirmed: true },
  'keys.receive': { connectionId: id, name: 'N', email: 'a@example.com' },
  'keys.handOver': { fingerprint, withPrimary: true, passphrase: 'x', confirmed: true },
  'connections.list': {},
  'connections.save': {
    name: 'N',
    host: 'sftp.example.com',
    port: 22,
    username: 'u',
    directory: '',
    identity: { kind: 'file', handle: id },
    allowsPassword: true,
    password: 'x',
    jumps: [{ host: 'jump.example.com', port: 22, username: 'u' }],
    habits: { verify: 'size', finalNames: 'rename', timeoutSeconds: 20, keepAliveSeconds: 30 },
    console: { url: 'https://console.example.com', account: 'a', adminToken: 't' },
  },
  'connections.remove': { id },
  'connections.test': { id },
  'connections.sshConfig': {},
  'connections.sshConfigKey': { alias: 'platform' },
  'connections.agentKeys': {},
  'connections.pinHostKey': { id, sha256: 'SHA256:x' },
  'connections.forgetHostKey': { id },
  'connections.publicKey': { id },
  'connections.savePublicKey': { id },
  'connections.leftBehind': { id },
  'connections.removeLeftBehind': { id, names: ['.a.csv.asc.0123abcd.sealift-part'] },
  'sshKeys.list': {},
  'sshKeys.make': { comment: 'x' },
  'practice.state': {},
  'practice.start': {},
  'practice.stop': {},
  'practice.imports': {},
  'practice.saveFailedRows': { importId: id, name: 'users.csv.asc' },
  'practice.mails': {},
  'practice.mail': { id },
  'server.keys': { connectionId: id },
  'server.registerSshKey': { connectionId: id },
  'server.removeSshKey': { connectionId: id, id, confirmed: true },
  'server.removeKeySet': { connectionId: id, keyId: id, confirmed: true },
  'server.activity': { connectionId: id },
  'sources.list': { connectionId: id },
  'sources.add': {
    connectionId: id,
    url: 'sftp://u@sftp.example.com/out',
    hostKeySha256: 'SHA256:x',
    pattern: 'daily-*',
    cron: '0 5 * * *',
    timeZone: 'Europe/Berlin',
  },
  'sources.remove': { connectionId: id, id, confirmed: true },
  'sources.run': { connectionId: id, id },
  'send.plan': { handle: id, manifestText, fingerprint, connectionId: id },
  'send.saveFailedRows': { handle: id, manifestText },
  'jobs.start': {
    kind: 'send',
    handle: id,
    manifestText,
    fingerprint,
    connectionId: id,
    acceptRejected: false,
    overwrite: false,
  },
  'jobs.list': {},
  'jobs.cancel': { id },
  'jobs.pause': { id },
  'jobs.move': { id, way: 'sooner' },
  'jobs.retry': { id },
  'jobs.discard': { id },
  'receipts.list': {},
  'receipts.save': { id },
  'receipts.verify': {},
  'receipts.export': { format: 'csv' },
  'schedules.list': {},
  'schedules.chooseFolder': {},
  'schedules.save': {
    name: 'Nightly',
    folder: id,
    pattern: '*',
    trigger: { kind: 'cron', cron: '0 5 * * *', timeZone: 'Europe/Berlin' },
    delivery: {
      connectionId: id,
      fingerprint,
      keyId: id,
      type: 'event',
      clientEmail: 'a@example.com',
      mapping: { kind: 'guess' },
      acceptRejected: false,
      convert: false,
    },
    isOn: true,
  },
  'schedules.remove': { id },
  'schedules.setOn': { id, isOn: false },
  'schedules.run': { id },
  'schedules.forgetMissed': { id },
  'schedules.background': {},
  'schedules.setBackground': { runAtLogin: false },
  ...validSds,
};

const noInput: readonly unknown[] = [undefined, null, '', 'text', 7, true, [], [{}], () => 'code'];
const noField: readonly unknown[] = [{}, [{}], 7.5, true, 'x'.repeat(2_000_000), { toString: 1 }];

describe.each(INVOKE_NAMES)('%s', (name) => {
  const { input } = invokes[name];
  const good: Record<string, unknown> = { ...valid[name] };

  it('takes the form of the contract', () => {
    expect(input.safeParse(good).success).toBe(true);
  });

  it('refuses what is no object, and fields that the contract does not name', () => {
    for (const value of noInput) expect(input.safeParse(value).success).toBe(false);
    expect(input.safeParse({ ...good, path: '/etc/passwd' }).success).toBe(false);
  });

  it('refuses a field of another type, or too long', () => {
    for (const field of Object.keys(good)) {
      for (const value of noField.filter(
        (one) => typeof one !== 'boolean' || typeof good[field] !== 'boolean',
      )) {
        expect(input.safeParse({ ...good, [field]: value }).success).toBe(false);
      }
    }
  });
});

it('takes dropped files by path only in bounded number and form', () => {
  const file = { path: '/data/users.csv', purpose: 'data' };
  expect(adoptInput.safeParse([file]).success).toBe(true);
  for (const bad of [
    [],
    file,
    [{ ...file, purpose: 'x' }],
    [{ ...file, more: 1 }],
    Array(1_001).fill(file),
  ]) {
    expect(adoptInput.safeParse(bad).success).toBe(false);
  }
});

it('takes only one plain line as the name of a template, and only whole columns', () => {
  const good = valid['templates.save'];
  const { input } = invokes['templates.save'];
  for (const name of ['', '   ', 'a\nb', 'a\u0000', 'a\u202Eb', '\uD800', 'x'.repeat(101)]) {
    expect(input.safeParse({ ...good, name }).success).toBe(false);
  }
  const date = { header: 'a', target: '', dataType: 'DATE' };
  for (const columns of [[], [date]]) {
    expect(input.safeParse({ ...good, mapping: { type: 'event', columns } }).success).toBe(false);
  }
});

it('drops from every output what the contract does not name', () => {
  const keySet = {
    fingerprint,
    userId: 'N <a@example.com>',
    algorithm: 'RSA 3072',
    createdAt: '2026-01-01T00:00:00.000Z',
    hasPrivateKey: true,
    hasPassphrase: true,
    use: 'ready',
    registrations: [],
    privateArmored: 'secret',
  };
  expect(JSON.stringify(invokes['keys.list'].output.parse([keySet]))).not.toContain('secret');
});

it('has a schema for every event', () => {
  expect(Object.keys(events).sort()).toEqual([...EVENT_NAMES].sort());
});
