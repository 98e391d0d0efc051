// Connections and what is secret about them, over a real profile under a master password.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ConnectionStore } from '../../../main/delivery/connection-store.ts';
import type { ConnectionDraft } from '../../../main/delivery/connection-store.ts';
import { SshKeyStore } from '../../../main/delivery/ssh-key-store.ts';
import type { SecretStore } from '../../../main/keys/secrets.ts';

let profileDir: string;
let kept: Map<string, string>;
let store: ConnectionStore;
let draft: ConnectionDraft;

beforeEach(async () => {
  profileDir = await mkdtemp(join(tmpdir(), 'sealift-connections-'));
  kept = new Map();
  const secretStore: SecretStore = {
    get: (name) => Promise.resolve(kept.get(name)),
    set: (name, value) => Promise.resolve(void kept.set(name, value)),
    delete: (name) => Promise.resolve(void kept.delete(name)),
  };
  const secrets = () => Promise.resolve(secretStore);
  store = new ConnectionStore({
    profileDir,
    secrets,
    sshKeys: new SshKeyStore(profileDir, secrets),
  });
  await writeFile(join(profileDir, 'id'), 'key');
  draft = {
    name: 'Platform',
    host: 'sftp.example.com',
    port: 22,
    username: 'account',
    directory: '',
    identity: { kind: 'file', path: join(profileDir, 'id') },
    passphrase: 'otter',
    console: { url: 'https://console.example.com/', account: 'a', adminToken: 'token' },
  };
});
afterEach(() => rm(profileDir, { recursive: true, force: true }));

it('keeps secrets out of the file and tells them only to whom they are for', async () => {
  const { id } = await store.save(draft);
  expect(await store.target(id)).toMatchObject({ host: 'sftp.example.com', passphrase: 'otter' });
  expect(await store.consoleAccess(id)).toMatchObject({ adminToken: 'token' });
  const text = await readFile(join(profileDir, 'connections.json'), 'utf8');
  expect(text).not.toMatch(/otter|token/);
  expect(JSON.stringify(await store.list())).not.toMatch(/otter|"token"|\/id"/);
});

it('drops the pinned host key with the host, and nothing else with a rename', async () => {
  const { id } = await store.save(draft);
  const hostKey = { type: 'ssh-ed25519', sha256: 'SHA256:a' };
  await store.pinHostKey(id, hostKey);
  await expect(store.pinHostKey(id, { ...hostKey, sha256: 'SHA256:b' })).rejects.toMatchObject({
    code: 'HOST_KEY_ALREADY_PINNED',
  });
  const kept = { ...draft, id, identity: { kind: 'keep' as const }, passphrase: undefined };
  expect(await store.save({ ...kept, name: 'Other' })).toMatchObject({
    name: 'Other',
    hostKey,
    hasPassphrase: true,
  });
  expect(await store.save({ ...kept, host: 'other.example.com' })).not.toHaveProperty('hostKey');
});

it('keeps a password only where one is allowed, and tells it to that server alone', async () => {
  const jumps = [{ host: 'jump.example.com', port: 22, username: 'me' }];
  const allowed = { ...draft, allowsPassword: true, password: 'pike', jumps };
  const { id } = await store.save(allowed);
  const target = await store.target(id);
  expect(target.password).toBe('pike');
  expect(target.jumps).toMatchObject([{ host: 'jump.example.com', passphrase: 'otter' }]);
  expect(JSON.stringify(target.jumps)).not.toContain('pike');
  expect(await readFile(join(profileDir, 'connections.json'), 'utf8')).not.toContain('pike');
  const { password: _password, ...later } = { ...allowed, id };
  await store.save(later);
  expect((await store.target(id)).password).toBe('pike');
  await expect(store.save({ ...later, host: 'other.example.com' })).rejects.toMatchObject({
    code: 'CONNECTION_PASSWORD_NEEDED',
  });
  await store.save({ ...later, allowsPassword: false });
  expect((await store.target(id)).password).toBeUndefined();
  expect([...kept.values()]).not.toContain('pike');
  const bare = { ...draft, password: 'pike', allowsPassword: false };
  expect([...kept.values(), JSON.stringify(await store.save(bare))].join()).not.toContain('pike');
});

it('pins the key of a jump host at its address, and forgets all keys together', async () => {
  const jump = { host: 'jump.example.com', port: 2200, username: 'me' };
  const { id } = await store.save({ ...draft, jumps: [jump] });
  const key = { type: 'ssh-ed25519', sha256: 'SHA256:jump' };
  const pinned = await store.pinHostKey(id, key, jump);
  expect(pinned.hostKey).toBeUndefined();
  expect(pinned.jumps).toEqual([{ ...jump, hostKey: key }]);
  const kept = { ...draft, id, identity: { kind: 'keep' as const } };
  expect((await store.save({ ...kept, jumps: [jump] })).jumps).toEqual(pinned.jumps);
  expect((await store.forgetHostKey(id)).jumps).toEqual([jump]);
});

it('reads connections that an earlier version kept', async () => {
  const { id } = await store.save(draft);
  const file = join(profileDir, 'connections.json');
  const [{ allowsPassword: _a, jumps: _b, habits: _c, ...old }] = JSON.parse(
    await readFile(file, 'utf8'),
  ) as [Record<string, unknown>];
  await writeFile(file, JSON.stringify([old]));
  expect(await store.get(id)).toMatchObject({
    allowsPassword: false,
    jumps: [],
    habits: { verify: 'size', finalNames: 'rename' },
  });
});

it('loses no host key when a save and a pin run side by side', async () => {
  const { id } = await store.save(draft);
  const hostKey = { type: 'ssh-ed25519', sha256: 'SHA256:a' };
  await Promise.all([store.save({ ...draft, id, name: 'Other' }), store.pinHostKey(id, hostKey)]);
  expect(await store.get(id)).toMatchObject({ name: 'Other', hostKey });
});

it('sends no kept token to another address', async () => {
  const { id } = await store.save(draft);
  const moved = { url: 'https://elsewhere.example.com/', account: 'a' };
  await expect(store.save({ ...draft, id, console: moved })).rejects.toMatchObject({
    code: 'CONSOLE_TOKEN_NEEDED',
  });
  await store.save({ ...draft, id, console: { ...moved, adminToken: 'new' } });
  expect(await store.consoleAccess(id)).toMatchObject({ url: moved.url, adminToken: 'new' });
});

it('deletes secrets that no longer belong to a connection, and all with it', async () => {
  const { id } = await store.save(draft);
  expect(kept.size).toBe(2);
  const { passphrase, console: _console, ...bare } = draft;
  await store.save({ ...bare, id });
  expect(kept.size).toBe(0);
  await store.save({ ...draft, id, passphrase });
  await store.remove(id);
  expect(kept.size).toBe(0);
  await expect(store.get(id)).rejects.toMatchObject({ code: 'CONNECTION_UNKNOWN' });
});
