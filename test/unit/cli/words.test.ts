/** What the CLI writes: text made harmless, sizes, the progress line, failures with their next step. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exitCodeOf, failureJson, failureText } from '../../../main/cli/failure.ts';
import { ProgressLine } from '../../../main/cli/progress.ts';
import { checkText, problemLines } from '../../../main/cli/report.ts';
import { count, formatBytes, visible } from '../../../main/cli/visible.ts';
import { AppError } from '../../../shared/errors/index.ts';

describe('visible', () => {
  it('writes control and direction characters as escapes', () => {
    expect(visible('a\u001b[31mb\r\nc\u202ed')).toBe('a\\u{1b}[31mb\\u{d}\\u{a}c\\u{202e}d');
  });

  it('leaves no character that a terminal acts upon', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});

describe('sizes and counts', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [1023, '1023 bytes'],
    [1536, '1.5 KiB'],
    [10 * 1024 * 1024, '10 MiB'],
  ])('says %i as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('counts one and many', () => {
    expect([count(1, 'row'), count(3376, 'row')]).toEqual(['1 row', '3,376 rows']);
  });
});

class FakeStream {
  readonly columns = 80;
  readonly isTTY: boolean;
  written = '';

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): boolean {
    this.written += text;
    return true;
  }
}

describe('ProgressLine', () => {
  it('draws a bar on a terminal, ten times a second at most, and takes it away', () => {
    const stream = new FakeStream(true);
    let now = 1000;
    const line = new ProgressLine(stream, () => now);
    for (let done = 0; done < 50; done += 1) line.update('seal a.csv', done, 100);
    now += 100;
    line.update('seal a.csv', 50, 100);
    expect(stream.written.match(/seal a\.csv/g)).toHaveLength(2);
    expect(stream.written).toContain(`[${'#'.repeat(12)}${'-'.repeat(12)}]  50 %`);
    line.clear();
    expect(stream.written.endsWith('\r\u001b[K')).toBe(true);
  });

  it('writes nothing about a short step and plain lines about a long one elsewhere', () => {
    const stream = new FakeStream(false);
    let now = 1000;
    const line = new ProgressLine(stream, () => now);
    line.update('send a.csv', 0, 100);
    line.update('send a.csv', 100, 100);
    expect(stream.written).toBe('');
    now += 20_000;
    line.update('send a.csv', 100, 100);
    expect(stream.written).toBe('send a.csv  100 %  100 bytes  5 bytes/s\n');
  });
});

describe('failures', () => {
  it('says what happened and the next step with its option', () => {
    const error = new AppError('HOST_KEY_UNKNOWN', {
      host: 'h',
      port: 22,
      type: 'ssh-ed25519',
      sha256: 'SHA256:abc',
    });
    expect(failureJson(error)).toMatchObject({ code: 'HOST_KEY_UNKNOWN', params: { port: 22 } });
    expect(failureText(error)).toMatch(/SHA256:abc[^\n]*\n.*--accept-new-host-key/);
    expect(exitCodeOf(error)).toBe(3);
  });

  it('lets no file name write to the terminal', () => {
    const text = failureText(new AppError('FILE_NOT_FOUND', { file: 'x\u001b]0;evil\u0007' }));
    expect(text).not.toContain('\u001b');
  });
});

describe('reports', () => {
  it('writes manifest problems as compilers do', () => {
    const problem = { code: 'X', severity: 'error', line: 3, column: 7, message: 'No.' } as const;
    expect(problemLines('m.manifest', [problem])).toBe('m.manifest:3:7: error: No.\n');
  });

  it('groups the problems of rows', () => {
    const text = checkText('a.csv', {
      rows: 2,
      accepted: 1,
      rejected: 1,
      bytes: 10,
      problems: [
        {
          code: 'DATA_TYPE',
          severity: 'error',
          column: 'age',
          message: 'Not a number.',
          count: 1,
          samples: [{ row: 2, line: 3, value: 'x"\n' }],
        },
      ],
    });
    expect(text).toBe(
      'a.csv: 2 rows, 1 accepted, 1 rejected\n' +
        '  error DATA_TYPE in column "age", 1 time: Not a number.\n' +
        '      row 2 (line 3): "x\\"\\n"\n',
    );
  });
});
