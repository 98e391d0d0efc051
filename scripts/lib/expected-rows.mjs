// @ts-check
// What the platform must hold after an import, worked out from the data file and its manifest alone
// (spec: "Values", "Rows"). Shares no code with the client or the server.
import { isDeepStrictEqual } from 'node:util';
import { parseCsv } from './csv.mjs';

/**
 * @typedef {{ ctName?: string, dataType?: string, dateFormat?: string }} Column
 * @typedef {{ columns: Record<string, Column> }} Manifest
 * @typedef {string | number | boolean} Value
 * @typedef {{ identity: string, name?: string, ts?: number, properties: Record<string, Value> }} Row
 */

/**
 * @param {string} csv
 * @param {Manifest} manifest
 * @returns {Row[]}
 */
export function expectedRows(csv, manifest) {
  const { header, rows } = parseCsv(csv.replace(/^\uFEFF/, ''));
  return rows.map((cells) => {
    /** @type {Row} */
    const row = { identity: '', properties: {} };
    for (const [index, title] of header.entries()) {
      const column = manifest.columns[title] ?? {};
      const cell = cells[index] ?? '';
      if (cell.trim() !== '') put(row, column.ctName ?? title, valueOf(cell, column));
    }
    return row;
  });
}

/**
 * @param {Row} row
 * @param {string} target
 * @param {Value} value
 */
function put(row, target, value) {
  if (target === 'identity') row.identity = String(value).trim();
  else if (target === 'evtName') row.name = String(value).trim();
  else if (target === 'ts') row.ts = Number(value);
  else row.properties[target] = value;
}

/**
 * @param {string} cell
 * @param {Column} column
 * @returns {Value}
 */
function valueOf(cell, { dataType = 'STRING', dateFormat = '' }) {
  if (dataType === 'STRING') return cell;
  const text = cell.trim();
  if (dataType === 'BOOLEAN') return text === '1' || text.toLowerCase() === 'true';
  if (dataType !== 'DATE') return Number(text);
  if (dateFormat !== 'yyyy/MM/dd') throw new Error(`no reading of ${dateFormat} here`);
  // A missing time is 00:00:01 (spec).
  return `$D_${Date.parse(`${text.replaceAll('/', '-')}T00:00:01Z`) / 1000}`;
}

/**
 * The first difference in words, or undefined.
 * @param {readonly Row[]} expected
 * @param {readonly Row[]} found
 */
export function firstDifference(expected, found) {
  if (expected.length !== found.length) {
    return `${expected.length} rows were sent and ${found.length} are there`;
  }
  const index = expected.findIndex((row, at) => !isDeepStrictEqual(row, found[at]));
  if (index === -1) return undefined;
  const [sent, there] = [JSON.stringify(expected[index]), JSON.stringify(found[index])];
  return `row ${index + 1} was sent as ${sent} and is there as ${there}`;
}
