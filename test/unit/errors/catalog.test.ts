// Every expected failure has words, a next step and an exit code that scripts can rely on.
import { describe, expect, it } from 'vitest';
import { AppError, errorCatalog, errorNext, errorText } from '../../../shared/errors/index.ts';
import type { ErrorCode } from '../../../shared/errors/index.ts';

const codes = Object.keys(errorCatalog) as ErrorCode[];

describe.each(codes)('%s', (code) => {
  const entry = errorCatalog[code];

  it('is told in sentences, with a next step', () => {
    expect(entry.next).toMatch(/[.?!]$/);
    expect(entry.text.length).toBeGreaterThan(3);
    expect(entry.next.length).toBeGreaterThan(10);
    expect([1, 2, 3, 130]).toContain(entry.exit);
  });

  it('fills every placeholder that is given', () => {
    const names = [...`${entry.text} ${entry.next}`.matchAll(/\{(\w+)\}/g)].map(
      (match) => match[1]!,
    );
    const params = Object.fromEntries(names.map((name) => [name, `<${name}>`]));
    const words = `${errorText({ code, params })} ${errorNext({ code, params })}`;
    expect(words).not.toMatch(/[{}]/);
  });
});

it('has no code twice', () => {
  expect(new Set(codes.map((code) => code.toUpperCase())).size).toBe(codes.length);
});

it('crosses as plain data without message, stack or cause', () => {
  const error = new AppError('FILE_NOT_FOUND', { file: 'a.csv' }, { cause: new Error('inner') });
  expect(error.toView()).toEqual({
    code: 'FILE_NOT_FOUND',
    params: { file: 'a.csv' },
    retry: 'user',
  });
});
