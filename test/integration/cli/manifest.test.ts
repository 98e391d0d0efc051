/** `sealift manifest` as a process: a first manifest, problems at their places, rows checked against it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckReport } from '../../../shared/domain/problem.ts';
import { Bench, buildCli } from './harness.ts';
import type { JsonFailure } from './harness.ts';

const KEY_ID = 'ec491319-9823-48cd-b6a1-6bb0bc666d75';
const ROWS = 'customer_id,event_name,ts,price\nc1,Bought,1700000000,3.5\nc2,Bought,1700000001,4\n';

let bench: Bench;
beforeAll(async () => {
  buildCli();
  bench = new Bench();
  await bench.file('orders.csv', ROWS);
});
afterAll(() => bench.dispose());

const init = ['manifest', 'init', 'orders.csv', '--type', 'event', '--email', 'data@example.com'];

describe('manifest init', () => {
  it('prints a manifest that check accepts with its data, notices apart', async () => {
    const made = await bench.run([...init, '--key-id', KEY_ID]);
    expect(made.code).toBe(0);
    expect(JSON.parse(made.stdout)).toMatchObject({
      fileName: 'orders.csv.asc',
      type: 'event',
      keyId: KEY_ID,
      clientEmail: 'data@example.com',
      columns: { event_name: { ctName: 'evtName' } },
    });
    expect(made.stderr).toMatch(/event_name → evtName/);
    const args = ['manifest', 'check', '-', '--data', 'orders.csv'];
    const checked = await bench.run(args, { input: made.stdout });
    expect(checked).toMatchObject({ code: 0, stderr: '' });
    expect(checked.stdout).toContain('orders.csv: 2 rows, 2 accepted, 0 rejected');
  });

  it('refuses an address that the platform would not answer to', async () => {
    const args = ['manifest', 'init', 'orders.csv', '--type', 'event', '--email', 'nobody'];
    const { code, result } = await bench.json<JsonFailure>(args);
    expect([code, result.error.code]).toEqual([2, 'USAGE']);
    expect(result.error.text).toContain('data@example.com');
  });

  it('asks for the plain file in place of a sealed one', async () => {
    const args = init.map((word) => (word === 'orders.csv' ? 'orders.csv.asc' : word));
    const { code, result } = await bench.json<JsonFailure>(args);
    expect([code, result.error.code]).toEqual([1, 'ALREADY_SEALED']);
  });

  it('maps the keys of JSON records; those that name their own type need no columns', async () => {
    await bench.file('flat.ndjson', '{"customer_id":"c1","event_name":"Bought"}\n{"price":1.5}\n');
    await bench.file('typed.json', '[{"type":"event","identity":"c1","evtName":"B","evtData":{}}]');
    const make = async (name: string) => {
      const args = ['manifest', 'init', name, '--type', 'event', '--email', 'data@example.com'];
      const { stdout } = await bench.run(args);
      const checked = await bench.run(['manifest', 'check', '-', '--data', name], {
        input: stdout,
      });
      return { columns: JSON.parse(stdout).columns as unknown, report: checked.stdout };
    };
    const flat = await make('flat.ndjson');
    expect(flat.columns).toMatchObject({ price: { dataType: 'FLOAT' } });
    expect(flat.report).toContain('2 rows, 1 accepted, 1 rejected');
    const typed = await make('typed.json');
    expect(typed.columns).toBeUndefined();
    expect(typed.report).toContain('1 row, 1 accepted, 0 rejected');
  });

  it('says what it cannot read', async () => {
    await bench.file('orders.xml', '<x/>');
    const args = ['manifest', 'init', 'orders.xml', '--type', 'event', '--email', 'd@example.com'];
    const { code, result } = await bench.json<JsonFailure>(args);
    expect([code, result.error.code]).toEqual([1, 'FORMAT_UNKNOWN']);
  });
});

describe('manifest check', () => {
  it('names the first problem that only the data file shows', async () => {
    const { stdout } = await bench.run([...init, '--key-id', KEY_ID]);
    await bench.file('renamed.manifest', stdout.replace('"price"', '"cost"'));
    const args = ['manifest', 'check', 'renamed.manifest', '--data', 'orders.csv'];
    const { code, result } = await bench.json<JsonFailure>(args);
    expect(code).toBe(1);
    expect(result.error).toMatchObject({ code: 'MANIFEST_INVALID', params: { count: 1 } });
    expect(result.error.params['problem']).toContain('cost');
    expect(result.error.params['line']).toBeGreaterThan(1);
  });

  it('and init say that send will want a Key ID', async () => {
    const made = await bench.run(init);
    expect(made.stderr).toContain('--key-id UUID');
    const checked = await bench.run(['manifest', 'check', '-'], { input: made.stdout });
    expect(checked.code).toBe(0);
    expect(checked.stderr).toContain('--key-id UUID');
  });

  it('and init do not take the data file from stdin', async () => {
    const fromStdin = [
      ['manifest', 'check', 'renamed.manifest', '--data', '-'],
      init.map((word) => (word === 'orders.csv' ? '-' : word)),
    ];
    for (const args of fromStdin) {
      const { code, result } = await bench.json<JsonFailure>(args);
      expect([code, result.error.code]).toEqual([2, 'USAGE']);
    }
  });

  it('checks other delimiters with --convert only', async () => {
    await bench.file('semi.csv', ROWS.replaceAll(',', ';'));
    const args = [...init.map((word) => word.replace('orders', 'semi')), '--convert'];
    const made = await bench.run(args);
    expect(made.stderr).not.toContain('semicolons');
    const check = ['manifest', 'check', '-', '--data', 'semi.csv'];
    const refused = await bench.run(check, { input: made.stdout });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('separated by semicolons');
    expect(refused.stderr).toContain('--convert');
    const checked = await bench.run([...check, '--convert'], { input: made.stdout });
    expect(checked.stdout).toContain('2 rows, 2 accepted, 0 rejected');
  });

  it('prints problems at line and column, and offers the mended form', async () => {
    const manifest = [
      '{',
      '  "fileName": "a.csv.asc",',
      '  "type": "event",',
      '  "clientEmail": "d@example.com",',
      `  "keyId": "${KEY_ID}" // the Key ID`,
      '}',
    ].join('\n');
    await bench.file('commented.manifest', manifest);
    const { code, stdout, stderr } = await bench.run(['manifest', 'check', 'commented.manifest']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^commented\.manifest:5:\d+: error: .+$/m);
    expect(stderr).toContain(`"keyId": "${KEY_ID}"\n}`);
    const json = await bench.json(['manifest', 'check', 'commented.manifest']);
    expect(json.result).toMatchObject({
      ok: false,
      error: { code: 'MANIFEST_INVALID' },
      problems: [{ line: 5, severity: 'error' }],
    });
  });

  it('checks every row, and groups what is wrong', async () => {
    await bench.run(init);
    const { stdout } = await bench.run(init);
    await bench.file('orders.manifest', stdout);
    await bench.file('bad.csv', `${ROWS}c3,Bought,yesterday,4\n,Bought,1700000002,5\n`);
    const args = ['manifest', 'check', 'orders.manifest', '--data', 'bad.csv'];
    const { code, result } = await bench.json<JsonFailure & { report: CheckReport }>(args);
    expect(code).toBe(1);
    expect(result.error).toMatchObject({
      code: 'ROWS_REJECTED',
      params: { rejected: 2, rows: 4 },
    });
    const groups = result.report.problems.filter(({ severity }) => severity === 'error');
    expect(groups.map(({ code: found, samples }) => [found, samples[0]?.line])).toEqual(
      expect.arrayContaining([['523', 5]]),
    );
    const { stdout: words } = await bench.run(args);
    expect(words).toMatch(/error 523.*\n {6}row 4 \(line 5\)/);
  });

  it('refuses bytes that are not UTF-8', async () => {
    await bench.file('latin.manifest', Buffer.from([0x7b, 0xe9, 0x7d]));
    const { code, result } = await bench.json<JsonFailure>(['manifest', 'check', 'latin.manifest']);
    expect([code, result.error.code]).toEqual([1, 'MANIFEST_NOT_UTF8']);
  });
});
