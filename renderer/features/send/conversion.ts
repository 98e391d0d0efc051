/** How a data file differs from what the platform reads, and what the user chose to do about it. Pure. */
import type { FileRef } from '../../../shared/contract/api.ts';
import type { FileFacts } from '../../../shared/domain/data-file.ts';
import { formatCount } from '../../ui/format.ts';

export const ENCODING_NAMES = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16',
  'windows-1252': 'Windows-1252',
} as const satisfies Record<FileFacts['encoding'], string>;

export const DELIMITER_NAMES = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'vertical bars',
} as const satisfies Record<FileFacts['delimiter'], string>;

export interface Conversion {
  /** The platform could not read the file as it is; else converting is a choice. */
  readonly isNeeded: boolean;
  /** What the file is, such as `separated by semicolons and encoded as Windows-1252`. */
  readonly found: string;
  /** The rows hold the JSON records that were refused, and are sent as these. */
  readonly isOfRecords: boolean;
  /** What Sealift can do about it, as a sentence. */
  readonly offer: string;
  /** What comes of it when it is converted, as a sentence. */
  readonly outcome: string;
}

type Look = Pick<
  FileFacts,
  'format' | 'encoding' | 'delimiter' | 'failureColumn' | 'returnedRecords'
>;

/** Undefined for a file that is read as it is. */
export function conversionOf(facts: Look): Conversion | undefined {
  const hasOtherDelimiter = facts.format === 'csv' && facts.delimiter !== ',';
  const found = [
    ...(hasOtherDelimiter ? [`separated by ${DELIMITER_NAMES[facts.delimiter]}`] : []),
    ...(facts.encoding === 'utf-8' ? [] : [`encoded as ${ENCODING_NAMES[facts.encoding]}`]),
  ];
  const isNeeded = found.length > 0;
  const hasFailures = facts.failureColumn !== undefined;
  if (!isNeeded && !hasFailures) return undefined;
  const isOfRecords = facts.returnedRecords !== undefined;
  const leftOut = isOfRecords
    ? 'sent as the JSON records in it, one a line'
    : 'its last column, “Failure Description”, left out';
  const form = facts.format === 'csv' ? 'UTF-8 with commas' : 'UTF-8';
  const outcome = [
    ...(isNeeded ? [`converted to ${form}`] : []),
    ...(hasFailures ? [leftOut] : []),
  ].join(', ');
  return {
    isNeeded,
    isOfRecords,
    found: isNeeded ? found.join(' and ') : 'a file of failed rows',
    offer: `It can be ${isNeeded ? outcome : isOfRecords ? 'sent as the JSON records in it' : 'sent without that column'}, while it is checked and sealed. The file itself stays as it is.`,
    outcome: `${outcome.charAt(0).toUpperCase()}${outcome.slice(1)}, while it is checked and sealed. The file itself stays as it is.`,
  };
}

interface ConvertibleFile {
  readonly ref: FileRef;
  readonly facts?: FileFacts | undefined;
  readonly convert?: boolean | undefined;
}

/** The platform could not read the file, or would import why rows failed: the user has to say. */
export function isChoiceOpen({ facts, convert }: ConvertibleFile): boolean {
  const conversion = facts && conversionOf(facts);
  if (conversion === undefined) return false;
  return conversion.isNeeded ? convert !== true : convert === undefined;
}

/** Files that differ in the same way and for which the user has not chosen, where there are several of them. */
export interface AlikeFiles {
  readonly handles: readonly string[];
  readonly conversion: Conversion;
  /** Such as `12 files are separated by semicolons.` */
  readonly title: string;
}

export function openAlike(files: readonly ConvertibleFile[]): readonly AlikeFiles[] {
  const open = files.filter(isChoiceOpen);
  const kinds = new Map<string, { conversion: Conversion; handles: string[] }>();
  for (const { ref, facts } of open) {
    const conversion = facts && conversionOf(facts);
    if (conversion === undefined) continue;
    const key = `${conversion.found} ${conversion.outcome}`;
    const kind = kinds.get(key) ?? { conversion, handles: [] };
    kind.handles.push(ref.handle);
    kinds.set(key, kind);
  }
  return [...kinds.values()]
    .filter(({ handles }) => handles.length > 1)
    .map(({ conversion, handles }) => ({
      conversion,
      handles,
      title: conversion.isNeeded
        ? `${formatCount(handles.length, 'file')} are ${conversion.found}`
        : `${formatCount(handles.length, 'file')} say in their last column why rows failed`,
    }));
}
