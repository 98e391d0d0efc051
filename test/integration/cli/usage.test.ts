/** The command line itself: help, versions, bad usage. What each command's help says: unit/cli/help.test.ts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, buildCli } from './harness.ts';
import type { JsonFailure } from './harness.ts';

let bench: Bench;
beforeAll(() => {
  buildCli();
  bench = new Bench();
});
afterAll(() => bench.dispose());

describe('help', () => {
  it('is printed', async () => {
    const { code, stdout, stderr } = await bench.run(['keys', 'make', '--help']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Usage: sealift keys make/);
    expect(stdout).toMatch(/Examples:\n {2}\$ sealift/);
  });

  it('prints the version', async () => {
    const { code, stdout } = await bench.run(['--version']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('bad usage exits 2 and says how to go on', () => {
  it.each([
    [['frobnicate']],
    [['keys']],
    [['seal', 'a.csv', '--to', 'p.asc', '--froce']],
    [['seal', 'a.csv']],
    [['seal', 'a.csv', 'b.csv', '--to', 'p.asc']],
    [['seal', 'a.csv', '--to', 'p.asc', '--compress', '10']],
    [['open', 'a.csv.asc', '--key', 'k', '--passphrase', 'secret']],
    [['keys', 'make', '--name', 'N', '--email', 'e@x.org', '--type', 'dsa']],
    [['keys', 'make', '--name', 'N', '--email', 'e@x.org', '--expires', 'soon']],
    [['keys', 'export', 'nobody']],
    [['manifest', 'init', 'a.csv', '--type', 'user', '--email', 'e@x.org']],
    [['send', 'a.csv', '--to', 'ftp://u@h/', '--identity', 'i', '--recipient', 'r']],
  ])('%j', async (args) => {
    const { code, stderr, result } = await bench.json<JsonFailure>(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/sealift: .+\n {9}.+\n$/);
    expect(result).toMatchObject({ ok: false, error: { code: 'USAGE' } });
    expect(result.error.text).not.toBe('');
    expect(result.error.next).not.toBe('');
  });

  it('guesses what a mistyped option was to be', async () => {
    const { stderr } = await bench.run(['seal', 'a', '--to', 'p', '--ouput', 'x']);
    expect(stderr).toContain('--output');
  });

  it('does not let --json and the data share stdout', async () => {
    const { code, result } = await bench.json(['seal', '-', '--to', 'p.asc']);
    expect(code).toBe(2);
    expect(result).toMatchObject({ ok: false, error: { code: 'USAGE' } });
  });
});
