/** A template over a file: its columns by header name, the guess for all others. Pure. */
import type { FileFacts, Mapping, MappingColumn } from '../../shared/domain/data-file.ts';
import { suggestMapping } from './suggest.ts';
import type { NamedMapping } from './template-file.ts';

export interface AppliedTemplate {
  readonly mapping: Mapping;
  /** Headers that the template knows and the file does not have. */
  readonly missing: readonly string[];
}

/** Each column has its reason. A target that the template gives to one column is not guessed for another. */
export function applyTemplate(
  template: NamedMapping,
  facts: Pick<FileFacts, 'header' | 'sample'>,
): AppliedTemplate {
  const { name, type } = template;
  const known = new Map(template.columns.map((column) => [column.header, column]));
  const present = new Set(facts.header);
  const given = new Set(template.columns.filter(({ header }) => present.has(header)).map(targetOf));
  const columns = suggestMapping(facts, type).map((guess): MappingColumn => {
    const column = known.get(guess.header);
    if (column) return { ...column, reason: `As in the template “${name}”.` };
    const isTaken = guess.target !== '' && given.has(guess.target);
    const why = isTaken ? `${guess.target} goes to another column.` : (guess.reason ?? '');
    const reason = `Not in the template “${name}”. ${why}`.trim();
    return { ...guess, ...(isTaken ? { target: '' } : {}), reason };
  });
  const missing = template.columns.map(({ header }) => header).filter((one) => !present.has(one));
  return { mapping: { type, columns }, missing };
}

function targetOf({ target, header }: MappingColumn): string {
  return target === '' ? header : target;
}
