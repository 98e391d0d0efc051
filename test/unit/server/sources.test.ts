// What a source's address and pattern mean.
import { describe, expect, it } from 'vitest';
import { manifestFilter, parseSourceUrl } from '../../../server/sources/address.ts';
import { checkCron } from '../../../server/sources/source-visits.ts';

describe('parseSourceUrl', () => {
  it.each([
    ['sftp://me@example.com', { port: 22, directory: '/' }],
    ['sftp://me@example.com:2222/out/', { port: 2222, directory: '/out' }],
    ['sftp://me@example.com/~/out%20box', { port: 22, directory: 'out box' }],
    ['sftp://me@example.com/~', { port: 22, directory: '.' }],
  ])('reads %s', (url, expected) => {
    expect(parseSourceUrl(url)).toEqual({ host: 'example.com', username: 'me', ...expected });
  });

  it.each([
    'sftp://example.com/out',
    'sftp://me:secret@example.com/out',
    'sftp://me@example.com/out?x',
    'sftp://me@example.com/%00',
    'sftp://me@example.com/%zz',
    'https://me@example.com/out',
    'nonsense',
  ])('refuses %s', (url) => {
    expect(() => parseSourceUrl(url)).toThrow('A source is sftp://');
  });
});

describe('manifestFilter', () => {
  const names = [
    'a.manifest',
    'daily-1.manifest',
    'daily-22.manifest',
    '.daily.manifest',
    'daily-1',
  ];
  it.each([
    [null, ['a.manifest', 'daily-1.manifest', 'daily-22.manifest']],
    ['daily-*', ['daily-1.manifest', 'daily-22.manifest']],
    ['daily-?.manifest', ['daily-1.manifest']],
    ['a.manifes[t]', []],
    ['a?manifest', ['a.manifest']],
  ])('%s', (pattern, expected) => {
    expect(names.filter(manifestFilter(pattern))).toEqual(expected);
  });

  it('takes no name that leads elsewhere', () => {
    expect(
      ['../x.manifest', 'a\\b.manifest', '/etc/x.manifest'].filter(manifestFilter(null)),
    ).toEqual([]);
  });
});

describe('checkCron', () => {
  it('takes five or six fields and a time zone', () => {
    expect(() => checkCron('0 5 * * 1-5', 'Europe/Berlin')).not.toThrow();
    expect(() => checkCron('*/30 * * * * *', null)).not.toThrow();
  });

  it.each([
    ['every day', null],
    ['0 5 31 2 *', null],
    ['2001-01-01T00:00:00', null],
    ['0 5 * * *', 'Europe/Nowhere'],
  ])('refuses %s %s', (cron, timeZone) => {
    expect(() => checkCron(cron, timeZone)).toThrow('is not valid, or never comes');
  });
});
