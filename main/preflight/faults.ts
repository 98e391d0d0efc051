/** Every fault that a row can have: its code, how bad it is, and its sentence. Constants, made once. */
import type { DataType, DateFormat } from '../../shared/domain/manifest.ts';
import type { ProblemGroup, RowCode, Severity } from '../../shared/domain/problem.ts';

/** Compared by identity: each sentence of a group is told once. */
export interface Fault {
  readonly code: ProblemGroup['code'];
  readonly severity: Severity;
  readonly message: string;
}

function rejects(code: RowCode, message: string): Fault {
  return { code, severity: 'error', message };
}

export const FAULTS = {
  identityMissing: rejects(
    '523',
    'The row has no identity: one of identity, objectId, guid, fbid and gpId must not be blank.',
  ),
  identityRefused: rejects(
    '523',
    'The identity is one that the platform refuses, such as null, undefined, 0 or none.',
  ),
  identityTooLong: rejects('523', 'The identity must be shorter than 1,024 characters.'),
  objectIdRefused: rejects(
    '526',
    'The object id is one that the platform refuses, such as null, undefined, 0 or none.',
  ),
  objectIdTooLong: rejects('526', 'The object id must be shorter than 1,024 characters.'),
  eventNameMissing: rejects('509', 'The row has no event name: the column for evtName is blank.'),
  systemEvent: rejects('513', 'The event name is one of the platform’s own; choose another.'),
  eventNameTooLong: rejects('512', 'The event name is longer than 512 characters.'),
  chargedItems: rejects(
    '512',
    'The items of a Charged event cannot be imported from a file; leave the column blank or rename it.',
  ),
  ts: rejects('525', 'The time must be epoch seconds: 1 to 10 digits.'),
  tsMilliseconds: rejects(
    '525',
    'The time has 13 digits. Are these milliseconds? It must be epoch seconds.',
  ),
  tooManyProperties: rejects(
    '522',
    'The row has more than 100 event properties that are not blank.',
  ),
  gender: rejects('514', 'The gender must be M, F, O, U, male, female, other or unknown.'),
  email: rejects('515', 'The e-mail address is not valid.'),
  phone: rejects('516', 'The phone number must be + and 8 to 15 digits, country code first.'),
  age: rejects('520', 'The age must be a whole number from 0 to 150.'),
  operation: rejects('555', 'The operation must be $add, $remove, $set or $delete.'),
  encoding: {
    code: 'ENCODING',
    severity: 'error',
    message:
      'The row holds bytes that are not UTF-8, and the platform refuses the whole file for them.',
  },
  nul: rejects('555', 'The row holds a NUL byte.'),
  quoting: {
    code: 'QUOTING',
    severity: 'error',
    message:
      'A quotation mark stands where none may, and the platform refuses the whole file for it: put the whole cell in quotation marks and double those within.',
  },
  unterminated: {
    code: 'QUOTING',
    severity: 'error',
    message:
      'A quotation mark is opened in this row and never closed, so the rest of the file cannot be read.',
  },
  nested: rejects(
    '555',
    'The value is nested; only text, numbers, true, false and null can be read.',
  ),
  noText: rejects('555', 'The key or its text holds NUL or half of a character, which is no text.'),
  mixed: rejects(
    '555',
    'The file mixes records that name their type with records that do not; the first record decides.',
  ),
  otherType: rejects('524', 'The record’s type is not that of the manifest.'),
  evtData: rejects('512', 'The record has no evtData that is an object in braces.'),
  profileData: rejects('524', 'The record has no profileData that is an object in braces.'),
  ragged: {
    code: 'RAGGED_ROW',
    severity: 'error',
    message: 'The row does not have as many cells as the header.',
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** The fault of a record that is not JSON; `message` is the reader's sentence. */
export function syntaxFault(message: string): Fault {
  return rejects('555', `The record is not valid JSON. ${message}`);
}

/** The fault of a JSON file whose brackets are broken: the platform takes none of it. */
export function damageFault(message: string): Fault {
  return { code: 'DAMAGED', severity: 'error', message };
}

/** The fault of a cell that is not of its column's type. */
export function typeFault(dataType: DataType, dateFormat?: DateFormat): Fault {
  return rejects('DATA_TYPE', TYPE_SENTENCES[dataType].replace('{format}', dateFormat ?? ''));
}

const TYPE_SENTENCES: Readonly<Record<DataType, string>> = {
  STRING: 'The value is not text.',
  INTEGER: 'The value is not a whole number between −2,147,483,648 and 2,147,483,647 (INTEGER).',
  LONG: 'The value is not a whole number of at most 64 bits (LONG).',
  FLOAT: 'The value is not a decimal number such as 12.5 (FLOAT).',
  BOOLEAN: 'The value is not true, false, 1 or 0 (BOOLEAN).',
  DATE: 'The value is not a date of the calendar in the form {format} (DATE).',
};
