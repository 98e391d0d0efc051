/** Checking data against a manifest, and the grammar of its values. */
export { checkData, DataCheck, type CheckRequest } from './check.ts';
export { failedRowsName, writeFailedRows } from './failed-rows.ts';
export {
  discouragedCharacters,
  isOperationHeader,
  profileField,
  specialTarget,
} from './columns.ts';
export { dateTest } from './dates.ts';
export {
  isBoolean,
  isEmail,
  isEpochSeconds,
  isFloat,
  isInteger,
  isLong,
  looksLikeMilliseconds,
  trimCell,
} from './values.ts';
