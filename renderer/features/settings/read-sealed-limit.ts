/** What is typed as the limit of a sealed file. Pure. */
import { SEALED_LIMIT_RANGE } from '../../../shared/domain/manifest.ts';

/** Bytes, with or without commas or spaces between the thousands; undefined for anything else or out of range. */
export function readSealedLimit(text: string): number | undefined {
  const digits = text.replace(/[\s,]/g, '');
  const bytes = /^\d+$/.test(digits) ? Number(digits) : NaN;
  return bytes >= SEALED_LIMIT_RANGE.least && bytes <= SEALED_LIMIT_RANGE.most ? bytes : undefined;
}
