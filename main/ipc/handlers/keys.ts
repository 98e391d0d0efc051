/** Handlers of the group keys. Private halves go from the store to a file or to a server, never to the window. */
import { readFile, stat } from 'node:fs/promises';
import type { KeySet } from '../../../shared/domain/key-set.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { ConsoleClient } from '../../console/client.ts';
import type { ConnectionStore } from '../../delivery/connection-store.ts';
import type { KeyStore } from '../../keys/key-store.ts';
import { makeKey, passphraseHint } from '../../keys/openpgp-keys.ts';
import { MAX_KEY_FILE_BYTES } from '../../keys/read-keys.ts';
import type { Dialogs } from '../../platform/dialogs.ts';
import type { FileHandles } from '../file-handles.ts';
import type { HandlersOf } from '../register.ts';

const KEY_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

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

type Platform = 'keys.setKeyId' | 'keys.register' | 'keys.receive';
function platformHandlers({
  keys,
  connections,
}: KeysHandlersOptions): Pick<HandlersOf<'keys'>, Platform> {
  return {
    'keys.setKeyId': async ({ fingerprint, keyId: typed }) => {
      const keyId = typed.trim().toLowerCase();
      if (!KEY_ID.test(keyId)) throw new AppError('KEY_ID_INVALID', { keyId: typed });
      return note(keys, fingerprint, keyId, 'noted by hand');
    },
    'keys.register': async ({ fingerprint, connectionId, passphrase }) => {
      const { url, account, adminToken } = await connections.consoleAccess(connectionId);
      const handOver = await keys.exportForHandOver(fingerprint, {
        withPrimary: false,
        ...optional({ passphrase }),
      });
      const { keyId } = await new ConsoleClient({ url, adminToken }).addPgpKey(account, handOver);
      return note(keys, fingerprint, keyId, (await connections.get(connectionId)).name);
    },
    'keys.receive': async ({ connectionId, name, email }) => {
      const { url, account, adminToken } = await connections.consoleAccess(connectionId);
      const made = await new ConsoleClient({ url, adminToken }).generatePgpKey(account, {
        name,
        email,
      });
      const [received] = await keys.add({
        bytes: Buffer.from(made.privateKey),
        passphrase: made.passphrase,
      });
      if (received === undefined) throw new AppError('CONSOLE_BAD_ANSWER', { detail: 'no key' });
      const platform = (await connections.get(connectionId)).name;
      return note(keys, received.fingerprint, made.keyId, platform);
    },
  };
}

async function note(
  keys: KeyStore,
  fingerprint: string,
  keyId: string,
  platform: string,
): Promise<KeySet> {
  const registeredAt = new Date().toISOString();
  await keys.setRegistration(fingerprint, { keyId, platform, registeredAt });
  return keys.get(fingerprint);
}

function optional(value: { passphrase?: string | undefined }): { passphrase?: string } {
  return value.passphrase === undefined ? {} : { passphrase: value.passphrase };
}
