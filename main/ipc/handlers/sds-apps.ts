/** Handlers of SDS tenants and the keys of apps. Private halves go from a file into the store, and to a file if asked. */
import { readFile, stat } from 'node:fs/promises';
import { AppError } from '../../../shared/errors/index.ts';
import type { Dialogs } from '../../platform/dialogs.ts';
import { MAX_KEY_FILE_BYTES } from '../../sds/app-key.ts';
import type { Sds } from '../../sds/sds.ts';
import type { FileHandles } from '../file-handles.ts';
import type { HandlersOf } from '../register.ts';

export interface SdsAppsHandlersOptions {
  readonly sds: Sds;
  readonly files: FileHandles;
  readonly dialogs: Dialogs;
}

export function sdsAppsHandlers(
  options: SdsAppsHandlersOptions,
): HandlersOf<'sds.tenants' | 'sds.apps'> {
  return { ...tenantHandlers(options), ...appHandlers(options) };
}

function tenantHandlers({ sds }: SdsAppsHandlersOptions): HandlersOf<'sds.tenants'> {
  return {
    'sds.tenants.list': () => sds.tenants.list(),
    'sds.tenants.save': (draft) => sds.saveTenant(draft),
    'sds.tenants.remove': async ({ id }) => {
      await sds.removeTenant(id);
      return {};
    },
    'sds.tenants.test': async ({ id }) => {
      try {
        await (await sds.service(id)).test();
        return { ok: true };
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return { ok: false, error: error.toView() };
      }
    },
  };
}

function appHandlers({ sds, files, dialogs }: SdsAppsHandlersOptions): HandlersOf<'sds.apps'> {
  return {
    'sds.apps.list': () => sds.apps.list(),
    'sds.apps.make': ({ tenantId, name, bits }) => sds.makeApp(tenantId, name, bits),
    'sds.apps.importFile': async ({ tenantId, name, handle, passphrase }) => {
      const { path, name: file } = files.get(handle, 'sds-key');
      // Looked at before it is read, so that a film is not loaded as a key.
      if ((await stat(path)).size > MAX_KEY_FILE_BYTES) {
        throw new AppError('FILE_TOO_LARGE', { file, limitBytes: MAX_KEY_FILE_BYTES });
      }
      return sds.importApp(tenantId, name, { bytes: await readFile(path), passphrase });
    },
    'sds.apps.register': ({ id }) => sds.registerApp(id),
    'sds.apps.link': ({ id, appId }) => sds.linkApp(id, appId),
    'sds.apps.rotate': ({ id, bits }) => sds.rotateApp(id, bits),
    'sds.apps.settle': ({ id }) => sds.settleApp(id),
    'sds.apps.exportPrivate': async ({ id, passphrase }) => {
      const { name, pem } = await sds.privatePem(id, passphrase);
      return { savedAs: await dialogs.save(`${name}-private.pem`, () => Promise.resolve(pem)) };
    },
    'sds.apps.remove': async ({ id }) => {
      await sds.removeApp(id);
      return {};
    },
  };
}
