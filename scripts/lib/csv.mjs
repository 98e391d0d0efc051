// @ts-check
// A small reader of CSV (RFC 4180) for checking what arrived: written apart from the product's own
// readers, so that a mistake in those cannot hide itself. Whole files in memory, well-formed ones only.

/**
 * @param {string} text
 * @returns {{ header: string[], rows: string[][] }}
 */
export function parseCsv(text) {
  /** @type {string[][]} */
  const records = [];
  let cells = [];
  const cell = /"((?:[^"]|"")*)"(,|\r?\n|$)|([^",\r\n]*)(,|\r?\n|$)/gy;
  for (const [, quoted, quotedEnd, plain, plainEnd] of text.matchAll(cell)) {
    const end = quotedEnd ?? plainEnd;
    // After the last line end there is an empty match, which is no record.
    if (end === '' && plain === '' && cells.length === 0) break;
    cells.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === ',') continue;
    records.push(cells);
    cells = [];
    if (end === '') break;
  }
  const [header = [], ...rows] = records;
  return { header, rows };
}
