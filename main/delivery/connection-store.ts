/**
 * The connections of this profile. What is secret about one (the passphrase of its key file, a password, the
 * console's token) is in the secret store, never in the file.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { connectionHabits, hostKey } from '../../shared/contract/domain-schemas.ts';
import {
  DEFAULT_HABITS,
  isTrusted,
  type Connection,
  type ConnectionHabits,
  type HostKey,
  type JumpHost,
} from '../../shared/domain/connection.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { SecretStore } from '../keys/secrets.ts';
import type { SshKeyStore } from './ssh-key-store.ts';
import { readError } from '../platform/file-errors.ts';
import { JsonFile } from '../platform/json-file.ts';
import type { SshTarget } from './connect.ts';
import { agentSocket } from './ssh-agent.ts';
import type { SshLogin } from './ssh-login.ts';

const storedConnection = z.object({
  id: z.uuid(),
  name: z.string(),
  host: z.string(),
  port: z.number().int(),
  username: z.string(),
  directory: z.string(),
  identity: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('file'), path: z.string() }),
    z.object({ kind: z.literal('stored'), sha256: z.string() }),
    z.object({ kind: z.literal('agent'), sha256: z.string().optional() }),
    z.object({ kind: z.literal('password') }),
  ]),
  hasPassphrase: z.boolean(),
  allowsPassword: z.boolean().default(false),
  jumps: z
    .array(
      z.object({
        host: z.string(),
        port: z.number().int(),
        username: z.string(),
        hostKey: hostKey.optional(),
      }),
    )
    .default([]),
  habits: connectionHabits.default(DEFAULT_HABITS),
  hostKey: hostKey.optional(),
  console: z.object({ url: z.string(), account: z.string() }).optional(),
  practice: z.boolean(),
});
type Stored = z.output<typeof storedConnection>;

/** What the user (or Practice) fills in. An absent secret keeps the one kept before. */
export interface ConnectionDraft {
  readonly id?: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly directory: string;
  readonly identity: Stored['identity'] | { readonly kind: 'keep' };
  readonly passphrase?: string;
  /** Default: false. */
  readonly allowsPassword?: boolean;
  readonly password?: string;
  /** Default: none. */
  readonly jumps?: readonly Omit<JumpHost, 'hostKey'>[];
  readonly habits?: ConnectionHabits;
  readonly console?: {
    readonly url: string;
    readonly account: string;
    readonly adminToken?: string;
  };
  readonly practice?: boolean;
}

export interface ConnectionStoreOptions {
  readonly profileDir: string;
  readonly secrets: () => Promise<SecretStore>;
  readonly sshKeys: SshKeyStore;
}

/** @throws AppError HOST_KEY_NOT_PINNED, also where it is one of a jump host */
export function requirePinned(
  connection: Connection,
): Connection & Required<Pick<Connection, 'hostKey'>> {
  const { hostKey, name } = connection;
  if (hostKey === undefined || !isTrusted(connection)) {
    throw new AppError('HOST_KEY_NOT_PINNED', { name });
  }
  return { ...connection, hostKey };
}

export class ConnectionStore {
  readonly #file: JsonFile<Stored[]>;
  readonly #options: ConnectionStoreOptions;

  constructor(options: ConnectionStoreOptions) {
    this.#options = options;
    this.#file = new JsonFile(
      join(options.profileDir, 'connections.json'),
      z.array(storedConnection),
      [],
    );
  }

  async list(): Promise<Connection[]> {
    return (await this.#file.read()).map(shown);
  }

  /** @throws AppError CONNECTION_UNKNOWN */
  async get(id: string): Promise<Connection> {
    return shown(await this.#stored(id));
  }

  /**
   * Makes a connection, or changes one. Another host or port drops the pinned host key; secrets that no longer
   * belong to it are deleted.
   * @throws AppError CONNECTION_UNKNOWN, CONSOLE_TOKEN_NEEDED when the console moved to another address,
   *   CONNECTION_PASSWORD_NEEDED
   */
  async save(draft: ConnectionDraft): Promise<Connection> {
    const id = draft.id ?? randomUUID();
    const known = draft.id === undefined ? undefined : await this.#stored(draft.id);
    refuseMovedConsole(known, draft);
    refusePasswordMissing(known, draft);
    await this.#keepSecrets(id, draft);
    const all = await this.#file.update((every) => {
      const before = every.find((one) => one.id === id);
      return [...every.filter((one) => one.id !== id), merged(id, before, draft)];
    });
    const after = all.find((one) => one.id === id)!;
    await this.#dropSecrets(id, {
      passphrase: known?.hasPassphrase === true && !after.hasPassphrase,
      password: known?.allowsPassword === true && !after.allowsPassword,
      token: known?.console !== undefined && after.console === undefined,
    });
    return shown(after);
  }

  async remove(id: string): Promise<void> {
    const { console, hasPassphrase, allowsPassword } = await this.#stored(id);
    await this.#dropSecrets(id, {
      passphrase: hasPassphrase,
      password: allowsPassword,
      token: console !== undefined,
    });
    await this.#file.update((all) => all.filter((one) => one.id !== id));
  }

  /**
   * Pins the key of the server, or of the jump host that has this address.
   * @throws AppError HOST_KEY_ALREADY_PINNED while a different key is pinned
   */
  async pinHostKey(
    id: string,
    key: HostKey,
    at?: { readonly host: string; readonly port: number },
  ): Promise<Connection> {
    const stored = await this.#stored(id);
    const pin = <T extends Address & { hostKey?: HostKey | undefined }>(server: T): T => {
      if (!isAt(server, at ?? stored)) return server;
      if (server.hostKey !== undefined && server.hostKey.sha256 !== key.sha256) {
        throw new AppError('HOST_KEY_ALREADY_PINNED', { fingerprint: server.hostKey.sha256 });
      }
      return { ...server, hostKey: { type: key.type, sha256: key.sha256 } };
    };
    return this.#change(id, (connection) => ({
      ...pin(connection),
      jumps: connection.jumps.map(pin),
    }));
  }

  /** Of the server and of its jump hosts. */
  forgetHostKey(id: string): Promise<Connection> {
    return this.#change(id, ({ hostKey: _forgotten, jumps, ...rest }) => ({
      ...rest,
      jumps: jumps.map(({ hostKey: _also, ...jump }) => jump),
    }));
  }

  /** Everything needed to log in, secrets included: for the worker only. */
  async target(id: string): Promise<SshTarget> {
    const stored = await this.#stored(id);
    const { host, port, username, jumps, habits } = stored;
    const login = await this.#login(stored);
    const password = stored.allowsPassword
      ? await (await this.#options.secrets()).get(passwordName(id))
      : undefined;
    return {
      host,
      port,
      username,
      ...login,
      // Kept for this server; a jump host is told nothing of it.
      ...(password === undefined ? {} : { password }),
      jumps: jumps.map((jump) => ({ ...jump, ...login })),
      timeoutSeconds: habits.timeoutSeconds,
      keepAliveSeconds: habits.keepAliveSeconds,
    };
  }

  async #login({ id, identity, hasPassphrase }: Stored): Promise<SshLogin> {
    if (identity.kind === 'password') return {};
    if (identity.kind === 'agent') {
      return { agent: { socket: agentSocket(), sha256: identity.sha256 } };
    }
    const privateKey =
      identity.kind === 'file'
        ? await readIdentity(identity.path)
        : await this.#options.sshKeys.privateKey(identity.sha256);
    const passphrase = hasPassphrase
      ? await (await this.#options.secrets()).get(passphraseName(id))
      : undefined;
    return { privateKey, ...(passphrase === undefined ? {} : { passphrase }) };
  }

  /** @throws AppError CONSOLE_MISSING when this connection has no console or no token is kept for it */
  async consoleAccess(id: string): Promise<{ url: string; account: string; adminToken: string }> {
    const { name, console } = await this.#stored(id);
    const adminToken = await (await this.#options.secrets()).get(tokenName(id));
    if (console === undefined || adminToken === undefined) {
      throw new AppError('CONSOLE_MISSING', { name });
    }
    return { ...console, adminToken };
  }

  async #stored(id: string): Promise<Stored> {
    const found = (await this.#file.read()).find((one) => one.id === id);
    if (found === undefined) throw new AppError('CONNECTION_UNKNOWN');
    return found;
  }

  async #change(id: string, change: (before: Stored) => Stored): Promise<Connection> {
    await this.#stored(id);
    const all = await this.#file.update((every) =>
      every.map((one) => (one.id === id ? change(one) : one)),
    );
    return shown(all.find((one) => one.id === id)!);
  }

  async #keepSecrets(id: string, draft: ConnectionDraft): Promise<void> {
    const { passphrase, password, allowsPassword, console } = draft;
    const token = console?.adminToken;
    if ((passphrase ?? password ?? token) === undefined) return;
    const secrets = await this.#options.secrets();
    if (password !== undefined && allowsPassword === true) {
      await secrets.set(passwordName(id), password);
    }
    if (passphrase !== undefined) await secrets.set(passphraseName(id), passphrase);
    if (token !== undefined) await secrets.set(tokenName(id), token);
  }

  async #dropSecrets(
    id: string,
    which: { passphrase: boolean; password: boolean; token: boolean },
  ): Promise<void> {
    if (!which.passphrase && !which.password && !which.token) return;
    const secrets = await this.#options.secrets();
    if (which.password) await secrets.delete(passwordName(id));
    if (which.passphrase) await secrets.delete(passphraseName(id));
    if (which.token) await secrets.delete(tokenName(id));
  }
}

const passphraseName = (id: string): string => `connection/${id}/passphrase`;
const passwordName = (id: string): string => `connection/${id}/password`;
const tokenName = (id: string): string => `connection/${id}/console-token`;

interface Address {
  readonly host: string;
  readonly port: number;
}

function isAt(server: Address, { host, port }: Address): boolean {
  return server.host === host && server.port === port;
}

/** A kept password is told to the server that it was given for, and to no other. */
function refusePasswordMissing(before: Stored | undefined, draft: ConnectionDraft): void {
  if (draft.allowsPassword !== true || draft.password !== undefined) return;
  const isKept = before?.allowsPassword === true && isAt(before, draft);
  if (!isKept) throw new AppError('CONNECTION_PASSWORD_NEEDED', { host: draft.host });
}

/** A kept token must not go to an address that it was not given for. */
function refuseMovedConsole(before: Stored | undefined, { console }: ConnectionDraft): void {
  if (console === undefined || console.adminToken !== undefined) return;
  const origin = (url: string | undefined) => (url === undefined ? undefined : new URL(url).origin);
  if (origin(before?.console?.url) !== origin(console.url)) {
    throw new AppError('CONSOLE_TOKEN_NEEDED', { url: console.url });
  }
}

function merged(id: string, before: Stored | undefined, draft: ConnectionDraft): Stored {
  const identity = draft.identity.kind === 'keep' ? before?.identity : draft.identity;
  if (identity === undefined) throw new AppError('BAD_REQUEST', { detail: 'the field identity' });
  const sameHost = before !== undefined && isAt(before, draft);
  const identityKept = draft.identity.kind === 'keep' && before?.hasPassphrase === true;
  return {
    id,
    name: draft.name,
    host: draft.host,
    port: draft.port,
    username: draft.username,
    directory: draft.directory,
    identity,
    hasPassphrase: draft.passphrase !== undefined || identityKept,
    allowsPassword: draft.allowsPassword ?? false,
    jumps: (draft.jumps ?? []).map((jump) => {
      const pinned = before?.jumps.find((one) => isAt(one, jump))?.hostKey;
      return { ...jump, ...(pinned && { hostKey: pinned }) };
    }),
    habits: draft.habits ?? before?.habits ?? DEFAULT_HABITS,
    ...(sameHost && before.hostKey !== undefined ? { hostKey: before.hostKey } : {}),
    ...(draft.console === undefined
      ? {}
      : { console: { url: draft.console.url, account: draft.console.account } }),
    practice: draft.practice ?? before?.practice ?? false,
  };
}

async function readIdentity(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw readError(basename(path), cause);
  }
}

function shown({ identity, ...connection }: Stored): Connection {
  return {
    ...connection,
    identity: identity.kind === 'file' ? { kind: 'file', name: basename(identity.path) } : identity,
  };
}
