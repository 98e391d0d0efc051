/** Handlers of the group keys. Private halves go from the store to a file or to a server, never to the window. */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '../../../shared/errors/index.ts';
import type { ErrorView } from '../../../shared/errors/index.ts';
import { noteKeyId, receiveKeySet, shareKeySet } from '../../console/key-registration.ts';
import { platformOf } from '../../console/platform-of.ts';
import type { ConnectionStore } from '../../delivery/connection-store.ts';
import type { KeyStore } from '../../keys/key-store.ts';
import { handOverFiles } from '../../keys/hand-over.ts';
import { writeHandOver } from '../../keys/hand-over-folder.ts';
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
  | 'keys.list'
  | 'keys.damaged'
  | 'keys.hint'
  | 'keys.make'
  | 'keys.importFile'
  | 'keys.importText'
  | 'keys.remove';
function storeHandlers({ keys, files }: KeysHandlersOptions): Pick<HandlersOf<'keys'>, Store> {
  return {
    'keys.list': () => keys.list(),
    'keys.damaged': async () => (await keys.inspect()).damaged.map(withoutFolder),
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

type Registration = 'keys.setKeyId' | 'keys.register' | 'keys.receive' | 'keys.handOver';
function platformHandlers({
  keys,
  connections,
  dialogs,
}: KeysHandlersOptions): Pick<HandlersOf<'keys'>, Registration> {
  return {
    'keys.setKeyId': ({ fingerprint, keyId }) => noteKeyId(keys, fingerprint, keyId),
    'keys.register': async ({ fingerprint, connectionId, withPrimary, passphrase }) =>
      shareKeySet(keys, await platformOf(connections, connectionId), fingerprint, {
        withPrimary,
        ...optional({ passphrase }),
      }),
    'keys.receive': async ({ connectionId, name, email }) =>
      receiveKeySet(keys, await platformOf(connections, connectionId), { name, email }),
    'keys.handOver': async ({ fingerprint, withPrimary, passphrase }) => {
      const keySet = await keys.get(fingerprint);
      // Made before it is asked where: a wrong passphrase is told at once.
      const made = await keys.exportForHandOver(fingerprint, {
        withPrimary,
        ...optional({ passphrase }),
      });
      const files = handOverFiles(made, keySet);
      const name = `key-set-${fingerprint.slice(-8)}-for-the-platform`;
      return {
        savedAs: await dialogs.saveFolder(name, (path, shown) => writeHandOver(path, files, shown)),
      };
    },
  };
}

/** Paths are not for the window: a file goes by its name. */
function withoutFolder(error: ErrorView): ErrorView {
  const { file } = error.params;
  if (typeof file !== 'string') return error;
  return { ...error, params: { ...error.params, file: basename(file) } };
}

function optional(value: { passphrase?: string | undefined }): { passphrase?: string } {
  return value.passphrase === undefined ? {} : { passphrase: value.passphrase };
}
