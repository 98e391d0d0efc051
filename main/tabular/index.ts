/** Reading data files: a first look, streams of records with exact positions, and conversion. */
export { conversionNeeded, convert } from './convert.ts';
export type { PassesRow } from './csv-reader.ts';
export { FAILURE_HEADER } from './failure-column.ts';
export { inspectFile } from './inspect.ts';
export type { JsonMember } from './json-parser.ts';
export { JsonReader, type JsonFault, type JsonRec } from './json-reader.ts';
export { isTyped } from './json-kind.ts';
export {
  CsvRecords,
  fixedHeader,
  readJsonRecords,
  readRecords,
  readText,
  requireConvertible,
  type ReadOptions,
} from './read-records.ts';
export type { Rec, RecordFault } from './record.ts';
export { RECORD_HEADER, sentName } from './returned-records.ts';
export { invalidUtf8Offset } from './utf8.ts';
