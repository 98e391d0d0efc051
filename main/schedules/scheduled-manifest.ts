/** The manifest of a scheduled file, with a name that no run had before. */
import type { FileFacts } from '../../shared/domain/data-file.ts';
import type { ScheduleDelivery } from '../../shared/domain/schedule.ts';
import { withFileName } from '../jobs/manifest-file-name.ts';
import { applyTemplate } from '../manifest/apply-template.ts';
import { buildManifest } from '../manifest/build.ts';
import type { MappingMemory } from '../manifest/mapping-memory.ts';
import type { MappingTemplates } from '../manifest/mapping-templates.ts';
import { suggestMapping } from '../manifest/suggest.ts';

export interface MappingSources {
  readonly memory: MappingMemory;
  readonly templates: MappingTemplates;
}

/** @throws AppError TEMPLATE_UNKNOWN, PROFILE_FILE_DAMAGED */
export async function scheduledManifest(
  delivery: ScheduleDelivery,
  facts: FileFacts,
  dataName: string,
  sources: MappingSources,
): Promise<string> {
  const { mapping, type, clientEmail, keyId } = delivery;
  if (mapping.kind === 'manifest') return withFileName(mapping.text, dataName);
  const columns =
    mapping.kind === 'template'
      ? applyTemplate(await sources.templates.get(mapping.id), facts).mapping.columns
      : ((await sources.memory.recall(facts.header, type))?.columns ?? suggestMapping(facts, type));
  return buildManifest({
    fileName: dataName,
    type,
    // Records that say their own types have no columns to map.
    ...(columns.length > 0 && { columns }),
    clientEmail,
    keyId,
  });
}
