/** Mappings that the user saved under a name, kept in the profile. Headers, targets and types only, never a value of a cell. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { Mapping } from '../../shared/domain/data-file.ts';
import { MAX_TEMPLATE_NAME } from '../../shared/domain/data-file.ts';
import { AppError } from '../../shared/errors/index.ts';
import { JsonFile } from '../platform/json-file.ts';
import {
  MAX_TEMPLATE_BYTES,
  templateFields,
  templateText,
  type NamedMapping,
} from './template-file.ts';

const MAX_TEMPLATES = 200;

const stored = z.strictObject({ id: z.uuid(), savedAt: z.iso.datetime(), ...templateFields });
export type MappingTemplate = z.output<typeof stored>;
const templatesFile = z.object({ version: z.literal(1), templates: z.array(stored) });

export class MappingTemplates {
  readonly #file: JsonFile<z.output<typeof templatesFile>>;

  constructor(profileDir: string) {
    const path = join(profileDir, 'mapping-templates.json');
    this.#file = new JsonFile(path, templatesFile, { version: 1, templates: [] });
  }

  /** By name. */
  async list(): Promise<MappingTemplate[]> {
    const { templates } = await this.#file.read();
    return templates.toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
  }

  /** @throws AppError TEMPLATE_UNKNOWN */
  async get(id: string): Promise<MappingTemplate> {
    return find((await this.#file.read()).templates, id);
  }

  /**
   * Saves a mapping under a name, in place of the template of that name where `replace` says so.
   * @throws AppError TEMPLATE_NAME_TAKEN, TEMPLATE_TOO_LARGE, TEMPLATES_FULL
   */
  save(name: string, mapping: Mapping, replace: boolean): Promise<MappingTemplate> {
    return this.#change((templates) => {
      const namesake = templates.find(called(name));
      if (namesake && !replace) throw new AppError('TEMPLATE_NAME_TAKEN', { name });
      const saved = newTemplate(name, mapping, namesake?.id);
      return [saved, [...templates.filter((one) => one !== namesake), saved]];
    });
  }

  /** Adds what a file gave; a name that is taken gets a number. @throws AppError as `save` */
  add({ name, ...mapping }: NamedMapping): Promise<MappingTemplate> {
    return this.#change((templates) => {
      let free = name;
      for (let at = 2; templates.some(called(free)); at += 1) free = numbered(name, at);
      const added = newTemplate(free, mapping);
      return [added, [...templates, added]];
    });
  }

  /** @throws AppError TEMPLATE_UNKNOWN, TEMPLATE_NAME_TAKEN */
  rename(id: string, name: string): Promise<MappingTemplate> {
    return this.#change((templates) => {
      const before = find(templates, id);
      if (templates.some((one) => one.id !== id && called(name)(one))) {
        throw new AppError('TEMPLATE_NAME_TAKEN', { name });
      }
      const renamed = { ...before, name };
      return [renamed, templates.map((one) => (one.id === id ? renamed : one))];
    });
  }

  /** @throws AppError TEMPLATE_UNKNOWN */
  async remove(id: string): Promise<void> {
    await this.#change((templates) => [
      find(templates, id),
      templates.filter((one) => one.id !== id),
    ]);
  }

  /** `change` answers the template concerned and all that are kept. */
  async #change(
    change: (templates: readonly MappingTemplate[]) => [MappingTemplate, MappingTemplate[]],
  ): Promise<MappingTemplate> {
    let concerned: MappingTemplate | undefined;
    await this.#file.update(({ version, templates: before }) => {
      const [template, templates] = change(before);
      if (templates.length > MAX_TEMPLATES && templates.length > before.length) {
        throw new AppError('TEMPLATES_FULL', { limit: MAX_TEMPLATES });
      }
      concerned = template;
      return { version, templates };
    });
    return concerned as MappingTemplate;
  }
}

function newTemplate(name: string, { type, columns }: Mapping, id?: string): MappingTemplate {
  const template = {
    id: id ?? randomUUID(),
    savedAt: new Date().toISOString(),
    name,
    type,
    columns: firstOfEachHeader(columns),
  };
  // What is kept must be what can be exported and imported again.
  if (Buffer.byteLength(templateText(template)) > MAX_TEMPLATE_BYTES) {
    throw new AppError('TEMPLATE_TOO_LARGE', { file: name, limitBytes: MAX_TEMPLATE_BYTES });
  }
  return template;
}

function firstOfEachHeader(columns: Mapping['columns']): MappingTemplate['columns'] {
  const byHeader = new Map<string, MappingTemplate['columns'][number]>();
  for (const { header, target, dataType, dateFormat } of columns) {
    if (byHeader.has(header)) continue;
    const format = dataType === 'DATE' && dateFormat ? { dateFormat } : {};
    byHeader.set(header, { header, target, dataType, ...format });
  }
  return [...byHeader.values()];
}

function find(templates: readonly MappingTemplate[], id: string): MappingTemplate {
  const found = templates.find((one) => one.id === id);
  if (!found) throw new AppError('TEMPLATE_UNKNOWN');
  return found;
}

/** `Weekly (2)`, within the length of a name, and never through the middle of a character. */
function numbered(name: string, at: number): string {
  const number = ` (${at})`;
  const cut = name.slice(0, MAX_TEMPLATE_NAME - number.length).replace(/[\uD800-\uDBFF]$/, '');
  return `${cut}${number}`;
}

/** Names that differ in case only would be taken for each other. */
function called(name: string): (template: MappingTemplate) => boolean {
  return (template) => template.name.toLowerCase() === name.toLowerCase();
}
