/** The rules of the manifest's targets taken together, with the data file's header where it is known. Pure. */
import { IDENTITY_TARGETS, type ImportType } from '../../shared/domain/manifest.ts';
import {
  discouragedCharacters,
  isOperationHeader,
  profileField,
  specialTarget,
} from '../preflight/index.ts';
import type { ListedColumn } from './column-rules.ts';
import type { ProblemList } from './tree.ts';

export interface Targets {
  readonly type: ImportType;
  /** Undefined: the manifest lists none. */
  readonly columns: readonly ListedColumn[] | undefined;
  /** Where to point for what is missing as a whole. */
  readonly offset: number;
  readonly header: readonly string[] | undefined;
}

interface Target {
  readonly header: string;
  readonly name: string;
  readonly offset: number;
  readonly column?: ListedColumn;
}

const IDENTITIES: readonly string[] = IDENTITY_TARGETS;

export function checkTargets(targets: Targets, problems: ProblemList): void {
  checkColumnsExist(targets, problems);
  const all = allTargets(targets);
  checkTwice(all, targets.type, problems);
  for (const target of all) {
    if (!target.column) continue;
    checkSpelling(target, targets.type, problems);
    checkTimeType(target, problems);
    checkCharacters(target, problems);
  }
  checkNeeded(all, targets, problems);
}

/** Columns of the header that the manifest does not list come under their own name. */
function allTargets({ columns = [], header = [], offset }: Targets): Target[] {
  const listed = columns.map((column) => ({
    header: column.header,
    name: column.ctName ?? column.header,
    offset: column.targetOffset,
    column,
  }));
  const names = new Set(columns.map((column) => column.header));
  const others = [...new Set(header)].filter((name) => !names.has(name));
  return [...listed, ...others.map((name) => ({ header: name, name, offset }))];
}

function checkColumnsExist({ columns = [], header }: Targets, problems: ProblemList): void {
  if (!header) return;
  const names = new Set(header);
  const loosely = (name: string): string => name.trim().toLowerCase();
  const nearNames = new Map(header.map((name) => [loosely(name), name]));
  for (const column of columns) {
    if (names.has(column.header)) continue;
    const near = nearNames.get(loosely(column.header));
    const hint = near === undefined ? '' : ` It has “${near}”.`;
    const message = `The data file has no column “${column.header}”.${hint}`;
    problems.error('COLUMN_MISSING', column.offset, message);
  }
}

/** Listed columns come first in `all`, so the place told is the later listed one where there are two. */
function checkTwice(all: readonly Target[], type: ImportType, problems: ProblemList): void {
  const seen = new Map<string, Target>();
  for (const target of all) {
    const key = meantBy(target.name, type) ?? target.name;
    const first = seen.get(key);
    if (!first) {
      seen.set(key, target);
      continue;
    }
    const place = target.column ? target : first;
    const message = `“${target.name}” is the target of two columns, “${first.header}” and “${target.header}”; each needs its own.`;
    problems.error('TARGET_TWICE', place.offset, message);
  }
}

/** Names with a meaning are to be written as the platform writes them. */
function checkSpelling(target: Target, type: ImportType, problems: ProblemList): void {
  const meant = meantBy(target.name, type);
  if (meant === undefined || meant === target.name || IDENTITIES.includes(target.name)) return;
  const message = `“${target.name}” is written “${meant}” by the platform.`;
  problems.warn('TARGET_CASE', target.offset, message);
}

/** What a target means to the platform, as it is written there. */
function meantBy(name: string, type: ImportType): string | undefined {
  const special = specialTarget(name);
  if (special === 'evtName' && type === 'profile') return undefined;
  return special ?? (type === 'profile' ? profileField(name) : undefined);
}

function checkTimeType({ name, offset, column }: Target, problems: ProblemList): void {
  if (specialTarget(name) !== 'ts' || !column) return;
  const { dataType = 'STRING', dateFormat } = column;
  const isUnix = dataType === 'DATE' && (dateFormat === undefined || dateFormat === 'UNIX');
  if (isUnix || dataType === 'STRING' || dataType === 'INTEGER' || dataType === 'LONG') return;
  const message =
    'The time “ts” is epoch seconds: its type must be INTEGER, LONG, STRING, or DATE with UNIX.';
  problems.error('TS_TYPE', offset, message);
}

function checkCharacters(target: Target, problems: ProblemList): void {
  if (isOperationHeader(target.name)) return;
  const marks = discouragedCharacters(target.name);
  if (marks === '') return;
  const message = `The property name holds ${marks}, which the platform advises against.`;
  problems.warn('NAME_CHARACTERS', target.offset, message);
}

/** Without the header, an unlisted column could still be the one that is missing: a warning then. */
function checkNeeded(all: readonly Target[], targets: Targets, problems: ProblemList): void {
  if (!targets.header && !targets.columns) return;
  const meant = new Set(all.map((target) => specialTarget(target.name)));
  const isCertain = targets.header !== undefined;
  const tell = (code: 'IDENTITY_MISSING' | 'EVENT_NAME_MISSING', message: string): void => {
    if (isCertain) problems.error(code, targets.offset, message);
    else {
      const unless =
        ' Unless the data file has a column of that very name, every row will be refused.';
      problems.warn(code, targets.offset, message + unless);
    }
  };
  if (!IDENTITIES.some((name) => meant.has(name))) {
    const list = 'identity, objectId, guid, fbid or gpId';
    tell('IDENTITY_MISSING', `No column is mapped to ${list}, of which one is needed.`);
  }
  if (targets.type === 'event' && !meant.has('evtName')) {
    tell('EVENT_NAME_MISSING', 'No column is mapped to “evtName”, the name of the event.');
  }
}
