// @ts-check
// Counts of passed, failed and skipped tests: from the runners' JSON reports to one table and the
// one line that ends a run.
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

/**
 * @typedef {{ name: string, passed: number, failed: number, skipped: number, failures?: readonly string[] }} Tally
 * `failures`: where known, the name of each failed test and what it said
 */

/** What one failed test may add to the end of a run. */
const FAILURE_LINES = 12;

/**
 * @param {string} report vitest's JSON report
 * @param {string} name
 * @param {number} exitCode
 * @returns {Tally}
 */
export function readVitestReport(report, name, exitCode) {
  const { testResults } = readReport(report, { testResults: [] });
  const tally = { name, passed: 0, failed: 0, skipped: 0 };
  const failures = [];
  for (const file of testResults) {
    for (const { status, fullName, failureMessages } of file.assertionResults) {
      if (status === 'passed') tally.passed += 1;
      else if (status === 'failed') {
        tally.failed += 1;
        failures.push(failureText(file.name, fullName, failureMessages));
      } else tally.skipped += 1;
    }
    // A file that could not even be loaded has no tests to count.
    if (file.status === 'failed' && file.assertionResults.length === 0) {
      tally.failed += 1;
      failures.push(failureText(file.name, '', [file.message]));
    }
  }
  return withHiddenFailure({ ...tally, failures }, exitCode);
}

/**
 * @param {string} report Playwright's JSON report
 * @param {string} name
 * @param {number} exitCode
 * @returns {Tally}
 */
export function readPlaywrightReport(report, name, exitCode) {
  const { stats, suites = [] } = readReport(report, {
    stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0 },
  });
  const failed = stats.unexpected + stats.flaky;
  const failures = suites.flatMap(playwrightFailures);
  return withHiddenFailure(
    { name, passed: stats.expected, failed, skipped: stats.skipped, failures },
    exitCode,
  );
}

/**
 * @param {any} suite of Playwright's report, with the suites in it
 * @returns {string[]}
 */
function playwrightFailures({ file, specs = [], suites = [] }) {
  const failed = specs.filter((/** @type {any} */ spec) => !spec.ok);
  return [
    ...failed.map((/** @type {any} */ { title, tests = [] }) => {
      const results = tests.flatMap((/** @type {any} */ test) => test.results ?? []);
      return failureText(
        file,
        title,
        results.map((/** @type {any} */ { error }) => error?.message),
      );
    }),
    ...suites.flatMap(playwrightFailures),
  ];
}

/**
 * @param {string} file
 * @param {string | undefined} title
 * @param {readonly (string | undefined)[] | undefined} messages
 */
function failureText(file, title, messages) {
  const said = stripVTControlCharacters((messages ?? []).filter(Boolean).join('\n'));
  const lines = said.split('\n').slice(0, FAILURE_LINES);
  return [`${file.replace(/^.*\/(?=test\/)/, '')} ${title ?? ''}`.trim(), ...lines]
    .join('\n  ')
    .trim();
}

/**
 * A runner that failed without a failed test (no tests found, an error between tests) is a failure.
 * @param {Tally} tally
 * @param {number} exitCode
 */
function withHiddenFailure(tally, exitCode) {
  return exitCode !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

/**
 * @param {string} path
 * @param {any} otherwise when the runner ended before it wrote its report
 */
function readReport(path, otherwise) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return otherwise;
  }
}

/**
 * @param {readonly Tally[]} tallies
 * @returns {string} a table, a line for each
 */
export function formatTable(tallies) {
  const width = Math.max(...tallies.map(({ name }) => name.length));
  const cell = (/** @type {number} */ count) => String(count).padStart(8);
  const head = `${''.padEnd(width + 5)}  passed  failed skipped`;
  const lines = tallies.map(
    ({ name, passed, failed, skipped }) =>
      `${failed > 0 ? 'FAIL' : 'ok  '} ${name.padEnd(width)}${cell(passed)}${cell(failed)}${cell(skipped)}`,
  );
  return [head, ...lines].join('\n');
}

/**
 * @param {readonly Tally[]} tallies
 * @returns {string} every failed test with what it said, so that the end of a run tells them
 */
export function formatFailures(tallies) {
  return tallies.flatMap(({ failures = [] }) => failures).join('\n\n');
}

/**
 * @param {readonly Tally[]} tallies
 * @returns {string} as in "12 passed, 0 failed", with ", 1 skipped" when there are any
 */
export function formatSum(tallies) {
  const sum = (/** @type {'passed' | 'failed' | 'skipped'} */ key) =>
    tallies.reduce((total, tally) => total + tally[key], 0);
  const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped}`;
}
