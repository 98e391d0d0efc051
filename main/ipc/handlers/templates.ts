/** Handlers of the group templates. */
import type { Template } from '../../../shared/contract/api.ts';
import type { FileFacts } from '../../../shared/domain/data-file.ts';
import { applyTemplate } from '../../manifest/apply-template.ts';
import type { MappingTemplate, MappingTemplates } from '../../manifest/mapping-templates.ts';
import { readTemplateFile, templateText } from '../../manifest/template-file.ts';
import type { Dialogs } from '../../platform/dialogs.ts';
import type { FileHandles } from '../file-handles.ts';
import type { HandlersOf } from '../register.ts';
import type { DataSource } from '../../worker/protocol.ts';

export interface TemplatesHandlersOptions {
  readonly templates: MappingTemplates;
  readonly files: FileHandles;
  readonly dialogs: Dialogs;
  readonly inspect: (file: DataSource) => Promise<FileFacts>;
}

export function templatesHandlers({
  templates,
  files,
  dialogs,
  inspect,
}: TemplatesHandlersOptions): HandlersOf<'templates'> {
  return {
    'templates.list': async () => (await templates.list()).map(summary),
    'templates.save': async ({ name, mapping, replace }) =>
      summary(await templates.save(name, mapping, replace)),
    'templates.rename': async ({ id, name }) => summary(await templates.rename(id, name)),
    'templates.remove': async ({ id }) => {
      await templates.remove(id);
      return {};
    },
    'templates.apply': async ({ id, handle }) => {
      const template = await templates.get(id);
      return applyTemplate(template, await inspect(files.get(handle, 'data')));
    },
    'templates.export': async ({ id }) => {
      const template = await templates.get(id);
      const savedAs = await dialogs.save(fileNameOf(template.name), () =>
        Promise.resolve(templateText(template)),
      );
      return { savedAs };
    },
    'templates.import': async ({ handle }) => {
      const { path, name } = files.get(handle, 'mapping-template');
      return summary(await templates.add(await readTemplateFile(path, name)));
    },
  };
}

function summary({ id, name, type, columns }: MappingTemplate): Template {
  return { id, name, type, columns: columns.length };
}

/** A name that every system takes. */
function fileNameOf(templateName: string): string {
  const stem = templateName.replace(/[^\p{L}\p{N} ()_-]+/gu, '_').trim();
  return `${stem === '' ? 'template' : stem}.mapping.json`;
}
