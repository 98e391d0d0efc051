/**
 * Handlers of the groups server and sources: an account on the Sealift server beside a connection. The token goes
 * from the secret store to the server; the window names the connection alone.
 */
import { platformOf } from '../../console/platform-of.ts';
import { registerSshKey } from '../../console/ssh-registration.ts';
import type { ConnectionStore } from '../../delivery/connection-store.ts';
import type { SshKeyStore } from '../../delivery/ssh-key-store.ts';
import type { HandlersOf } from '../register.ts';
import { publicKey } from './connections.ts';

export interface ServerHandlersOptions {
  readonly connections: ConnectionStore;
  readonly sshKeys: SshKeyStore;
}

/** More than a page of the window can use. */
const ACTIVITY_ENTRIES = 200;

export function serverHandlers(options: ServerHandlersOptions): HandlersOf<'server' | 'sources'> {
  return { ...accountHandlers(options), ...sourceHandlers(options) };
}

function accountHandlers({ connections, sshKeys }: ServerHandlersOptions): HandlersOf<'server'> {
  return {
    'server.keys': async ({ connectionId }) => {
      const { client, accountId } = await platformOf(connections, connectionId);
      const [ssh, keySets] = await Promise.all([
        client.sshKeys(accountId),
        client.listPgpKeys(accountId),
      ]);
      return { sshKeys: ssh, keySets };
    },
    'server.registerSshKey': async ({ connectionId }) => {
      const platform = await platformOf(connections, connectionId);
      const { publicLine } = await publicKey({ connections, sshKeys }, connectionId);
      const { sha256 } = await registerSshKey(platform, { publicLine });
      return { sha256 };
    },
    'server.removeSshKey': async ({ connectionId, id }) => {
      const { client, accountId } = await platformOf(connections, connectionId);
      await client.removeSshKey(accountId, id);
      return {};
    },
    'server.removeKeySet': async ({ connectionId, keyId }) => {
      const { client, accountId } = await platformOf(connections, connectionId);
      await client.removePgpKey(accountId, keyId);
      return {};
    },
    'server.activity': async ({ connectionId }) => {
      const { client, accountId } = await platformOf(connections, connectionId);
      return client.activity(accountId, { limit: ACTIVITY_ENTRIES });
    },
  };
}

function sourceHandlers({ connections }: ServerHandlersOptions): HandlersOf<'sources'> {
  return {
    'sources.list': async ({ connectionId }) => {
      const { client, accountId } = await platformOf(connections, connectionId);
      return client.sources(accountId);
    },
    'sources.add': async ({ connectionId, url, hostKeySha256, pattern, cron, timeZone }) => {
      const { client, accountId } = await platformOf(connections, connectionId);
      return client.addSource(accountId, {
        url,
        hostKeySha256,
        ...(pattern !== undefined && { pattern }),
        ...(cron !== undefined && { cron }),
        ...(timeZone !== undefined && { timeZone }),
      });
    },
    'sources.remove': async ({ connectionId, id }) => {
      const { client, accountId } = await platformOf(connections, connectionId);
      await client.removeSource(accountId, id);
      return {};
    },
    'sources.run': async ({ connectionId, id }) => {
      const { client, accountId } = await platformOf(connections, connectionId);
      await client.runSource(accountId, id);
      return {};
    },
  };
}
