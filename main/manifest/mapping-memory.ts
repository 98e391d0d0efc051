/**
 * The mapping last used with each set of headers, kept in the profile. Holds headers, targets and types only:
 * never a value of a cell, never the name of a file.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { mappingColumn } from '../../shared/contract/domain-schemas.ts';
import type { Mapping, MappingColumn } from '../../shared/domain/data-file.ts';
import type { ImportType, Manifest } from '../../shared/domain/manifest.ts';
import { JsonFile } from '../platform/json-file.ts';

/** The oldest are dropped first. */
const MAX_ENTRIES = 200;
/** Of all entries together: a few files with thousands of columns must not make the profile heavy. */
const MAX_CHARACTERS = 4 * 1024 * 1024;

const entry = z.object({
  key: z.string(),
  usedAt: z.iso.datetime(),
  columns: z.array(mappingColumn.omit({ reason: true })),
});
type Entry = z.output<typeof entry>;
const memory = z.object({ version: z.literal(1), entries: z.array(entry) });

const IMPORT_TYPES: readonly ImportType[] = ['event', 'profile'];
const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });

export class MappingMemory {
  readonly #file: JsonFile<z.output<typeof memory>>;
  readonly #now: () => Date;

  constructor(profileDir: string, now: () => Date = () => new Date()) {
    const path = join(profileDir, 'mapping-memory.json');
    this.#file = new JsonFile(path, memory, { version: 1, entries: [] });
    this.#now = now;
  }

  /** Replaces what was remembered for the same headers and type. Records without a header leave no trace. */
  async remember({ type, columns }: Mapping): Promise<void> {
    if (columns.length === 0) return;
    const used: Entry = {
      key: keyOf(headersOf(columns), type),
      usedAt: this.#now().toISOString(),
      columns: columns.map(withoutReason),
    };
    await this.#file.update(({ version, entries }) => ({
      version,
      entries: bounded([used, ...entries.filter(({ key }) => key !== used.key)]),
    }));
  }

  /**
   * The mapping last used with these headers, in any order, with a reason for each column; of this type only
   * where one is given.
   */
  async recall(header: readonly string[], type?: ImportType): Promise<Mapping | undefined> {
    const { entries } = await this.#file.read();
    const keys = new Map(
      (type === undefined ? IMPORT_TYPES : [type]).map((one) => [keyOf(header, one), one]),
    );
    // Newest first, so the first that fits is the last used.
    const found = entries.find(({ key }) => keys.has(key));
    const foundType = found && keys.get(found.key);
    if (!found || !foundType) return undefined;
    const day = DAY.format(new Date(found.usedAt));
    const reason = `As the last time this header set was used (${day}).`;
    const byHeader = new Map(found.columns.map((column) => [column.header, column]));
    const columns = header.flatMap((name) => {
      const column = byHeader.get(name);
      return column ? [{ ...withoutReason(column), reason }] : [];
    });
    return { type: foundType, columns };
  }
}

/** The mapping that a manifest gives to a file with this header: what it leaves out keeps its own name. */
export function mappingOf(manifest: Manifest, header: readonly string[]): Mapping {
  const listed = new Map(Object.entries(manifest.columns ?? {}));
  const columns = header.map((name) => {
    const { ctName, dataType, dateFormat } = listed.get(name) ?? {};
    return {
      header: name,
      target: ctName ?? '',
      dataType: dataType ?? 'STRING',
      ...(dateFormat ? { dateFormat } : {}),
    };
  });
  return { type: manifest.type, columns };
}

/** A set has no order. Headers are hashed as JSON, so that no two sets can read alike. */
function keyOf(header: readonly string[], type: ImportType): string {
  return createHash('sha256')
    .update(JSON.stringify([type, ...[...header].sort()]))
    .digest('hex');
}

function headersOf(columns: readonly MappingColumn[]): string[] {
  return columns.map(({ header }) => header);
}

function withoutReason({
  header,
  target,
  dataType,
  dateFormat,
}: MappingColumn): Entry['columns'][number] {
  return { header, target, dataType, ...(dateFormat ? { dateFormat } : {}) };
}

function bounded(newestFirst: readonly Entry[]): Entry[] {
  let characters = 0;
  return newestFirst.slice(0, MAX_ENTRIES).filter((one) => {
    characters += JSON.stringify(one).length;
    return characters <= MAX_CHARACTERS;
  });
}
