/** Handlers of the groups files, mapping and manifest. */
import { basename } from 'node:path';
import type { Dialogs } from '../../platform/dialogs.ts';
import { checkManifest } from '../../manifest/check.ts';
import { buildManifest } from '../../manifest/build.ts';
import type { MappingMemory } from '../../manifest/mapping-memory.ts';
import { suggestMapping } from '../../manifest/suggest.ts';
import { manifestYaml } from '../../manifest/yaml-export.ts';
import type { Log } from '../../platform/log.ts';
import type { FileHandles } from '../file-handles.ts';
import type { HandlersOf } from '../register.ts';
import { sentName } from '../../tabular/index.ts';
import type { DataSource } from '../../worker/protocol.ts';
import type { FileFacts } from '../../../shared/domain/data-file.ts';

/** No more rows than a window shows may reach it. */
const SHOWN_ROWS = 20;

export interface FilesHandlersOptions {
  readonly files: FileHandles;
  readonly dialogs: Dialogs;
  readonly memory: MappingMemory;
  readonly log: Log;
  readonly samplePath: string;
  readonly inspect: (file: DataSource) => Promise<FileFacts>;
  /** Final name of the sealed data file for a source of this name. */
  readonly dataName: (sourceName: string) => Promise<string>;
}

export function filesHandlers(
  options: FilesHandlersOptions,
): HandlersOf<'files' | 'mapping' | 'manifest'> {
  const { files, dialogs, inspect, memory, log } = options;
  return {
    'files.choose': async ({ purpose }) => {
      const paths = await dialogs.chooseFiles(purpose);
      return Promise.all(paths.map((path) => files.adopt(path, purpose)));
    },
    'files.sample': () => files.adopt(options.samplePath, 'data'),
    'files.inspect': async ({ handle }) => shown(await inspect(files.get(handle, 'data'))),
    'files.convert': async ({ handle, convert }) =>
      shown(await inspect(files.setConvert(handle, convert))),
    'mapping.suggest': async ({ handle, type, remembered }) => {
      const facts = await inspect(files.get(handle, 'data'));
      const wanted = remembered === 'this-type' ? type : undefined;
      const lastUse =
        remembered === 'none'
          ? undefined
          : await memory.recall(facts.header, wanted).catch((fault: unknown) => {
              // A memory that cannot be read costs a guess, not the way on.
              log.fault(fault);
              return undefined;
            });
      return lastUse ?? { type, columns: suggestMapping(facts, type) };
    },
    'manifest.build': async ({ handle, mapping, clientEmail, keyId }) => {
      const file = files.get(handle, 'data');
      const text = buildManifest({
        // The key is chosen after the check; until then the manifest describes the plain file.
        fileName:
          keyId === undefined
            ? file.name
            : await options.dataName(sentName(file.name, await inspect(file))),
        type: mapping.type,
        columns: mapping.columns,
        clientEmail,
        ...(keyId === undefined ? {} : { keyId }),
      });
      const header = mapping.columns.map((column) => column.header);
      return { text, problems: checkManifest(text, { header }).problems };
    },
    'manifest.check': ({ text, header }) =>
      Promise.resolve(checkManifest(text, header === undefined ? {} : { header }).problems),
    'manifest.exportYaml': async ({ text, suggestedName }) => {
      // Refused before the user is asked for a place.
      const yaml = manifestYaml(text);
      return { savedAs: await dialogs.save(basename(suggestedName), () => Promise.resolve(yaml)) };
    },
  };
}

function shown(facts: FileFacts): FileFacts {
  return { ...facts, sample: facts.sample.slice(0, SHOWN_ROWS) };
}
