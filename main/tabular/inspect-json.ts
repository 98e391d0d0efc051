/** A first look at JSON: the keys of its records as columns, the first records as rows. Pure. */
import type { FileNotice } from '../../shared/domain/data-file.ts';
import { isTyped } from './json-kind.ts';
import type { JsonMember } from './json-parser.ts';
import type { JsonRec } from './json-reader.ts';

export interface JsonLook {
  readonly header: readonly string[];
  readonly sample: readonly (readonly string[])[];
  readonly notices: readonly FileNotice[];
}

/** `records`: those that the look reached. Typed ones have no header: nothing of them is mapped. */
export function lookAtRecords(records: readonly JsonRec[], sampleRows: number): JsonLook {
  const notices = faultNotices(records);
  const sound = records.filter((record) => !record.fault);
  const [first] = sound;
  if (!first) return { header: [], sample: [], notices };
  const isFirstTyped = isTyped(first.members);
  const other = sound.find((record) => isTyped(record.members) !== isFirstTyped);
  if (other) notices.push(mixedNotice(first, other));
  if (isFirstTyped) return { header: [], sample: [], notices: [...notices, TYPED] };

  const flat = other ? sound.filter(({ members }) => !isTyped(members)) : sound;
  const keys = new Set<string>();
  for (const { members } of flat) for (const { key } of members) keys.add(key);
  const header = [...keys];
  const sample = flat.slice(0, sampleRows).map(({ members }) => {
    const texts = new Map(members.map((member) => [member.key, member.text]));
    return header.map((name) => texts.get(name) ?? '');
  });
  return { header, sample, notices: [...notices, ...nestedNotice(flat)] };
}

const TYPED: FileNotice = {
  code: 'TYPED_RECORDS',
  message: 'Its records name their own type and fields; they need no mapping.',
};

function faultNotices(records: readonly JsonRec[]): FileNotice[] {
  if (records.length === 0) {
    return [{ code: 'EMPTY', message: 'The file is empty: it has no record.' }];
  }
  const notices: FileNotice[] = [];
  const nul = records.find(({ fault }) => fault?.kind === 'nul');
  if (nul) {
    const message = `The record on line ${nul.line} holds a NUL byte, which no text should.`;
    notices.push({ code: 'NUL_BYTE', message });
  }
  for (const { fault } of records) {
    if (fault?.kind !== 'syntax' && fault?.kind !== 'damaged') continue;
    const message = `Line ${fault.line}, column ${fault.column}: ${fault.message}`;
    notices.push({ code: 'BAD_RECORD', message });
    break;
  }
  return notices;
}

function mixedNotice(first: JsonRec, other: JsonRec): FileNotice {
  const typed = isTyped(first.members) ? first : other;
  const flat = typed === first ? other : first;
  const message = `The file mixes records that name their type (line ${typed.line}) with records that do not (line ${flat.line}).`;
  return { code: 'MIXED_RECORDS', message };
}

function nestedNotice(records: readonly JsonRec[]): FileNotice[] {
  const isNested = ({ kind }: JsonMember): boolean => kind === 'object' || kind === 'array';
  const record = records.find(({ members }) => members.some(isNested));
  const member = record?.members.find(isNested);
  if (!record || !member) return [];
  const message = `“${member.key}” holds a nested value on line ${record.line}; the platform takes plain values only.`;
  return [{ code: 'NESTED_VALUE', message }];
}
