// @ts-check
// The line that ends `npm test` must never be better than what happened.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  formatFailures,
  formatSum,
  readPlaywrightReport,
  readVitestReport,
} from '../../../scripts/lib/tally.mjs';

const folder = mkdtempSync(join(tmpdir(), 'sealift-tally-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** @param {unknown} report */
function write(report) {
  const path = join(folder, 'report.json');
  writeFileSync(path, typeof report === 'string' ? report : JSON.stringify(report));
  return path;
}

/** @param {readonly string[]} statuses */
function testFile(...statuses) {
  const status = statuses.includes('failed') ? 'failed' : 'passed';
  return {
    name: 'a.test.ts',
    status,
    assertionResults: statuses.map((each) => ({ status: each })),
  };
}

describe('a vitest report', () => {
  it('counts each test by its status', () => {
    const report = write({
      testResults: [testFile('passed', 'failed', 'skipped'), testFile('passed', 'todo')],
    });
    expect(readVitestReport(report, 'unit', 1)).toMatchObject({
      name: 'unit',
      passed: 2,
      failed: 1,
      skipped: 2,
    });
  });

  it('counts a file that could not be loaded as a failure', () => {
    const report = write({ testResults: [{ name: 'a', status: 'failed', assertionResults: [] }] });
    expect(readVitestReport(report, 'unit', 1)).toMatchObject({ passed: 0, failed: 1 });
  });

  it.each([
    ['an error outside of any test', { testResults: [testFile('passed')] }],
    ['no test at all', { testResults: [] }],
    ['a broken report', '{"testResults": [{'],
  ])('counts a runner that failed by %s as a failure', (_reason, content) => {
    expect(readVitestReport(write(content), 'unit', 1).failed).toBe(1);
  });

  it('counts a missing report of a failed runner as a failure', () => {
    expect(readVitestReport(join(folder, 'none.json'), 'unit', 1).failed).toBe(1);
  });
});

describe('a Playwright report', () => {
  it('counts a test that passed only at the second try as failed', () => {
    const report = write({ stats: { expected: 3, unexpected: 1, flaky: 1, skipped: 2 } });
    expect(readPlaywrightReport(report, 'e2e', 1)).toMatchObject({
      name: 'e2e',
      passed: 3,
      failed: 2,
      skipped: 2,
    });
  });

  it('counts a set-up that failed before any test as a failure', () => {
    const report = write({ stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0 } });
    expect(readPlaywrightReport(report, 'e2e', 1).failed).toBe(1);
  });
});

describe('what failed', () => {
  it('is told by name, with what it said', () => {
    const vitest = write({
      testResults: [
        {
          name: '/somewhere/test/unit/a.test.ts',
          status: 'failed',
          assertionResults: [
            { status: 'passed', fullName: 'a good one', failureMessages: [] },
            {
              status: 'failed',
              fullName: 'a bad one',
              failureMessages: ['\u001b[31mno\u001b[39m'],
            },
          ],
        },
        { name: 'b.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
      ],
    });
    const unit = readVitestReport(vitest, 'unit', 1);
    const test = { results: [{ error: { message: 'closed' } }, {}] };
    const specs = [
      { title: 'sends', ok: false, tests: [test] },
      { title: 'opens', ok: true },
    ];
    const stats = { expected: 1, unexpected: 1, flaky: 0, skipped: 0 };
    const file = 'send.spec.ts';
    const playwright = write({ stats, suites: [{ file, suites: [{ file, specs }] }] });
    const e2e = readPlaywrightReport(playwright, 'e2e', 1);
    expect(formatFailures([unit, { name: 'c', passed: 1, failed: 0, skipped: 0 }, e2e])).toBe(
      [
        'test/unit/a.test.ts a bad one\n  no',
        'b.test.ts\n  no such module',
        'send.spec.ts sends\n  closed',
      ].join('\n\n'),
    );
  });
});

describe('the sum', () => {
  const checks = [
    { name: 'a', passed: 2, failed: 0, skipped: 0 },
    { name: 'b', passed: 1, failed: 1, skipped: 0 },
  ];

  it('has two numbers', () => {
    expect(formatSum(checks)).toBe('3 passed, 1 failed');
  });

  it('tells of skipped tests when there are any', () => {
    const more = [...checks, { name: 'c', passed: 0, failed: 0, skipped: 4 }];
    expect(formatSum(more)).toBe('3 passed, 1 failed, 4 skipped');
  });
});
