/** The mapping as the window helps with it: a first guess at the type, suggestions, and problems seen at once. Pure. */
import type { Template } from '../../../shared/contract/api.ts';
import type { FileFacts, MappingColumn } from '../../../shared/domain/data-file.ts';
import type { ImportType } from '../../../shared/domain/manifest.ts';
import { IDENTITY_TARGETS, PROFILE_FIELDS } from '../../../shared/domain/manifest.ts';
import { formatCount } from '../../ui/format.ts';
import type { SuggestionGroup } from '../../ui/suggestion.ts';

/** Files with the same header are mapped together. */
export function groupKeyOf(facts: Pick<FileFacts, 'header'>): string {
  return JSON.stringify(facts.header);
}

/** An event file names its events; all others are taken for profiles until the user says otherwise. */
export function guessType(header: readonly string[]): ImportType {
  const isEventName = /^(evt|event)([ _-]?name)?$/i;
  return header.some((name) => isEventName.test(name.trim())) ? 'event' : 'profile';
}

const IDENTITY_GROUP: SuggestionGroup = {
  title: 'Who it is about',
  items: [
    { value: 'identity', note: 'your own id' },
    { value: 'objectId', note: 'the platform’s id' },
    { value: 'guid', note: 'a device' },
    { value: 'fbId', note: 'Facebook' },
    { value: 'gpId', note: 'Google' },
  ],
};

const EVENT_GROUP: SuggestionGroup = {
  title: 'The event',
  items: [
    { value: 'evtName', note: 'its name' },
    { value: 'ts', note: 'when, epoch seconds' },
  ],
};

const PROFILE_GROUP: SuggestionGroup = {
  title: 'Profile fields',
  items: PROFILE_FIELDS.map((value) => ({ value })),
};

/** Known targets of the type, then the column's own name as a property. */
export function suggestionsFor(type: ImportType, header: string): readonly SuggestionGroup[] {
  const known = type === 'event' ? [IDENTITY_GROUP, EVENT_GROUP] : [IDENTITY_GROUP, PROFILE_GROUP];
  const isKnown = known.some((group) => group.items.some((item) => item.value === header));
  return isKnown || header === ''
    ? known
    : [...known, { title: 'A property of its own', items: [{ value: header, note: 'as it is' }] }];
}

/** Where the column goes: an empty target keeps the header's name. */
function targetOf(column: Pick<MappingColumn, 'target' | 'header'>): string {
  return column.target === '' ? column.header : column.target;
}

export interface MappingProblem {
  /** The column concerned, by its place; absent where the whole mapping is meant. */
  readonly index?: number;
  /** The control that mends it. */
  readonly field?: 'target' | 'format';
  readonly message: string;
}

/** What can be seen without the data. The main process checks the manifest with all its rules. */
export function mappingProblems(
  type: ImportType,
  columns: readonly MappingColumn[],
): readonly MappingProblem[] {
  const problems: MappingProblem[] = [];
  const targets = columns.map(targetOf);
  if (!targets.some((target) => IDENTITY_TARGETS.some((identity) => identity === target))) {
    problems.push({
      message:
        'No column says who each row is about. Map one to identity, objectId, guid, fbId or gpId.',
    });
  }
  if (type === 'event' && !targets.includes('evtName')) {
    problems.push({ message: 'No column names the event. Map one to evtName.' });
  }
  columns.forEach((column, index) => {
    const first = targets.indexOf(targetOf(column));
    if (first < index) {
      const other = columns[first]?.header ?? '';
      problems.push({
        index,
        field: 'target',
        message: `${targetOf(column)} is taken by the column ${other} already.`,
      });
    }
    if (column.dataType === 'DATE' && column.dateFormat === undefined) {
      problems.push({ index, field: 'format', message: 'Choose how the dates are written.' });
    }
  });
  return problems;
}

/** How many headers a note names before it counts the rest. */
const NAMED = 3;

/** What applying a template came to, as sentences. `columns`: of the file; `missing`: headers that it lacks. */
export function templateNote(
  { name, columns: known }: Pick<Template, 'name' | 'columns'>,
  columns: number,
  missing: readonly string[],
): string {
  const applied = known - missing.length;
  const sentences = [`Template “${name}”: ${formatCount(applied, 'column')} mapped by it.`];
  if (columns > applied) sentences.push(`${formatCount(columns - applied, 'column')} guessed.`);
  if (missing.length > 0) {
    const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : '';
    sentences.push(`Not in this file: ${missing.slice(0, NAMED).join(', ')}${more}.`);
  }
  return sentences.join(' ');
}

export function isEmail(text: string): boolean {
  return /^[^\s@<>,;"()[\]]+@[^\s@<>,;"()[\]]+\.[^\s@<>,;"()[\]]+$/.test(text.trim());
}
