/** Handlers of the group keys. Private halves go from the store to a file or to a server, never to the window. */
import { readFile, stat } from 'node:fs/promises';
import { AppError } from '../../../shared/errors/index.ts';
import { ConsoleClient } from '../../console/client.ts';
import { noteKeyId, receiveKeySet, shareKeySet } from '../../console/key-registration.ts';
import type { Platform } from '../../console/key-registration.ts';
import type { ConnectionStore } from '../../delivery/connection-store.ts';
import type { KeyStore } from '../../keys/key-store.ts';
import { makeKey, passphraseHint } from '../../keys/openpgp-keys.ts';
import { MAX_KEY_FILE_BYTES } from '../../keys/read-keys.ts';
import type { Dialogs } from '../../platform/dialogs.ts';
import type { FileHandles } from '../file-handles.ts';
import type { HandlersOf } from '../register.ts';

export interface KeysHandlersOptions {
  readonly keys: KeyStore;
  readonly connections: ConnectionStore;
  readonly dialogs: Dialogs;
  readonly files: FileHandles;
}

export function keysHandlers(options: KeysHandlersOptions): HandlersOf<'keys'> {
  return { ...storeHandlers(options), ...exportHandlers(options), ...platformHandlers(options) };
}

type Store =
  'keys.list' | 'keys.hint' | 'keys.make' | 'keys.importFile' | 'keys.importText' | 'keys.remove';
function storeHandlers({ keys, files }: KeysHandlersOptions): Pick<HandlersOf<'keys'>, Store> {
  return {
    'keys.list': () => keys.list(),
    'keys.hint': ({ passphrase }) => Promise.resolve(passphraseHint(passphrase)),
    'keys.make': async ({ expiresInDays, ...request }) => {
      const made = await makeKey({
        ...request,
        expires: expiresInDays === null ? 'never' : { days: expiresInDays },
      });
      const [keySet] = await keys.add({
        bytes: Buffer.from(made.privateArmored),
        passphrase: request.passphrase,
        revocation: made.revocationArmored,
      });
      if (keySet === undefined) throw new Error('a made key was not stored');
      return keySet;
    },
    'keys.importFile': async ({ handle, passphrase }) => {
      const { path } = files.get(handle, 'openpgp-key');
      // Looked at before it is read, so that a film is not loaded as a key.
      if ((await stat(path)).size > MAX_KEY_FILE_BYTES) {
        throw new AppError('KEY_FILE_TOO_LARGE', { limitBytes: MAX_KEY_FILE_BYTES });
      }
      return keys.add({ bytes: await readFile(path), ...optional({ passphrase }) });
    },
    'keys.importText': ({ text, passphrase }) =>
      keys.add({ bytes: Buffer.from(text), ...optional({ passphrase }) }),
    'keys.remove': async ({ fingerprint }) => {
      await keys.remove(fingerprint);
      return {};
    },
  };
}

type Export = 'keys.exportPublic' | 'keys.exportPrivate' | 'keys.exportRevocation';
function exportHandlers({ keys, dialogs }: KeysHandlersOptions): Pick<HandlersOf<'keys'>, Export> {
  return {
    'keys.exportPublic': async ({ fingerprint }) => ({
      savedAs: await dialogs.save(`${fingerprint}-public.asc`, () =>
        keys.publicArmored(fingerprint),
      ),
    }),
    'keys.exportPrivate': async ({ fingerprint }) => ({
      savedAs: await dialogs.save(`${fingerprint}-private.asc`, () =>
        keys.privateArmored(fingerprint),
      ),
    }),
    'keys.exportRevocation': async ({ fingerprint }) => {
      const revocation = await keys.revocation(fingerprint);
      if (revocation === undefined) throw new AppError('KEY_REVOCATION_MISSING', { fingerprint });
      return {
        savedAs: await dialogs.save(`${fingerprint}-revocation.asc`, () =>
          Promise.resolve(revocation),
        ),
      };
    },
  };
}

type Registration = 'keys.setKeyId' | 'keys.register' | 'keys.receive';
function platformHandlers({
  keys,
  connections,
}: KeysHandlersOptions): Pick<HandlersOf<'keys'>, Registration> {
  return {
    'keys.setKeyId': ({ fingerprint, keyId }) => noteKeyId(keys, fingerprint, keyId),
    'keys.register': async ({ fingerprint, connectionId, passphrase }) =>
      shareKeySet(keys, await platformOf(connections, connectionId), fingerprint, {
        withPrimary: false,
        ...optional({ passphrase }),
      }),
    'keys.receive': async ({ connectionId, name, email }) =>
      receiveKeySet(keys, await platformOf(connections, connectionId), { name, email }),
  };
}

async function platformOf(connections: ConnectionStore, connectionId: string): Promise<Platform> {
  const { url, account, adminToken } = await connections.consoleAccess(connectionId);
  const { name } = await connections.get(connectionId);
  return { client: new ConsoleClient({ url, adminToken }), accountId: account, name };
}

function optional(value: { passphrase?: string | undefined }): { passphrase?: string } {
  return value.passphrase === undefined ? {} : { passphrase: value.passphrase };
}
