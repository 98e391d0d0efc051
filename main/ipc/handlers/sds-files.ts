/** Handlers of the files of vaults, and of the long work with them. */
import { AppError } from '../../../shared/errors/index.ts';
import type { Dialogs } from '../../platform/dialogs.ts';
import { downloadFile, fetchUrlFile, hostOf } from '../../sds/download.ts';
import type { Sds } from '../../sds/sds.ts';
import type { Transfers } from '../../sds/transfers.ts';
import { uploadFile } from '../../sds/upload.ts';
import type { FileHandles } from '../file-handles.ts';
import type { HandlersOf } from '../register.ts';
import { begin } from './sds-vaults.ts';

export interface SdsFilesHandlersOptions {
  readonly sds: Sds;
  readonly transfers: Transfers;
  readonly files: FileHandles;
  readonly dialogs: Dialogs;
}

export function sdsFilesHandlers(
  options: SdsFilesHandlersOptions,
): HandlersOf<'sds.files' | 'sds.transfers'> {
  return { ...aboutHandlers(options), ...contentHandlers(options), ...transferHandlers(options) };
}

type About = 'sds.files.search' | 'sds.files.get' | 'sds.files.addUrl' | 'sds.files.remove';
function aboutHandlers({ sds }: SdsFilesHandlersOptions): Pick<HandlersOf<'sds.files'>, About> {
  return {
    'sds.files.search': async ({ app, ...query }) => (await sds.session(app)).client.files(query),
    'sds.files.get': async ({ app, fileId }) => (await sds.session(app)).client.file(fileId),
    'sds.files.addUrl': async ({ app, url, ...facts }) => {
      const { client } = await sds.session(app);
      const id = await client.addUrl(facts, url);
      const { vault, name, description, tags } = facts;
      return { id, vault, name, description, tags, type: 'URL', status: 'COMPLETED' };
    },
    'sds.files.remove': async ({ app, fileId }) => {
      await (await sds.session(app)).client.removeFile(fileId);
      return {};
    },
  };
}

type Content =
  'sds.files.upload' | 'sds.files.source' | 'sds.files.download' | 'sds.files.fetchUrl';
function contentHandlers({
  sds,
  transfers,
  files,
  dialogs,
}: SdsFilesHandlersOptions): Pick<HandlersOf<'sds.files'>, Content> {
  return {
    'sds.files.upload': async ({ app, handle, ...facts }) => {
      const { path } = files.get(handle, 'sds-file');
      const session = await sds.session(app);
      return transfers.start({
        ...{ kind: 'upload', app, vault: facts.vault, title: facts.name, unit: 'bytes' },
        work: (hooks) => uploadFile(session, path, facts, hooks),
      });
    },
    'sds.files.source': async ({ app, fileId }) => {
      const found = await (await sds.session(app)).client.download(fileId);
      if (found.type === 'FILE') return { type: 'FILE' };
      return { type: 'URL', url: found.link, host: hostOf(found.link) };
    },
    'sds.files.download': async ({ app, fileId, vault, name }) => {
      const session = await sds.session(app);
      return begin(dialogs, name, (path, title) =>
        transfers.start({
          ...{ kind: 'download', app, vault, title, unit: 'bytes' },
          work: (hooks) => downloadFile(session, fileId, path, hooks),
        }),
      );
    },
    'sds.files.fetchUrl': async ({ app, fileId, vault, name, hosts }) => {
      const { client } = await sds.session(app);
      const found = await client.download(fileId);
      if (found.type !== 'URL') throw new AppError('SDS_NOT_A_FILE');
      // Known before the user is asked where to save.
      const host = hostOf(found.link);
      if (!hosts.includes(host)) throw new AppError('SDS_URL_OTHER_HOST', { host });
      return begin(dialogs, name, (path, title) =>
        transfers.start({
          ...{ kind: 'download', app, vault, title, unit: 'bytes' },
          work: (hooks) => fetchUrlFile(found.link, hosts, path, hooks),
        }),
      );
    },
  };
}

function transferHandlers({ transfers }: SdsFilesHandlersOptions): HandlersOf<'sds.transfers'> {
  return {
    'sds.transfers.list': () => Promise.resolve(transfers.list()),
    'sds.transfers.cancel': ({ id }) => Promise.resolve(transfers.cancel(id)),
    'sds.transfers.dismiss': ({ id }) => {
      transfers.dismiss(id);
      return Promise.resolve({});
    },
  };
}
