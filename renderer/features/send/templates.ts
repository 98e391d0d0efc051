/** The saved mappings as the window shows them, and a template over the files of one header. */
import type { Template } from '../../../shared/contract/api.ts';
import type { Result } from '../../../shared/errors/index.ts';
import { createResource } from '../../bridge/resource.ts';
import { call } from '../../bridge/window-api.ts';
import { filesOfGroup } from './files.ts';
import { templateNote } from './mapping.ts';
import { patchGroup } from './store.ts';

export const useTemplates = createResource(() => call('templates.list', {}));

/** Its columns by header name; the others keep their guess. */
export async function applyTemplate(
  groupKey: string,
  template: Template,
): Promise<Result<unknown>> {
  const handle = filesOfGroup(groupKey)[0]?.ref.handle ?? '';
  const result = await call('templates.apply', { id: template.id, handle });
  if (result.ok) {
    const { mapping, missing } = result.value;
    patchGroup(groupKey, {
      ...mapping,
      note: templateNote(template, mapping.columns.length, missing),
      error: undefined,
    });
  }
  return result;
}

/** Has the user choose a file and keeps the template in it; undefined when the dialog was closed. */
export async function importTemplate(): Promise<Result<Template> | undefined> {
  const chosen = await call('files.choose', { purpose: 'mapping-template' });
  if (!chosen.ok) return chosen;
  const [file] = chosen.value;
  if (file === undefined) return undefined;
  const imported = await call('templates.import', { handle: file.handle });
  if (imported.ok) await useTemplates.getState().load();
  return imported;
}
