/** Reading data files: a first look, and streams of records with exact positions. */
export { inspectFile } from './inspect.ts';
export { readRecords, type ReadOptions } from './read-records.ts';
export type { Rec, RecordFault } from './record.ts';
export { invalidUtf8Offset } from './utf8.ts';
