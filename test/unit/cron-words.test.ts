// Cron lines in words: what is shown beside the line is what the server's clock will do.
import { describe, expect, test } from 'vitest';
import { cronMeaning, momentIn, timeZones, wordsOf } from '../../shared/cron-words.ts';

const now = new Date('2026-03-06T12:00:00Z');

describe('a cron line', () => {
  test('is told in words, with the next time in its own zone', () => {
    const meaning = cronMeaning('30 5 * * 1-5', 'Europe/Berlin', now);
    expect(meaning).toMatchObject({
      isValid: true,
      words: 'At 05:30, Monday through Friday',
      next: new Date('2026-03-09T04:30:00Z'),
    });
    expect(momentIn(new Date('2026-03-09T04:30:00Z'), 'Europe/Berlin')).toMatch(/05:30$/);
  });

  test.each(['', 'x', '61 * * * *', '* * * *', '0 5 * * 1-5 extra field more'])(
    'that is none is refused: %s',
    (line) => {
      expect(cronMeaning(line, 'UTC', now).isValid).toBe(false);
    },
  );

  test('that never comes is refused', () => {
    expect(cronMeaning('0 0 30 2 *', 'UTC', now)).toEqual({
      isValid: false,
      problem: 'This time never comes.',
    });
  });

  test('is refused in a zone that is none', () => {
    expect(cronMeaning('0 5 * * *', 'Mars/Olympus', now).isValid).toBe(false);
  });

  test('that the describer does not know is shown as it is', () => {
    expect(wordsOf('2026-01-01T00:00:00')).toBe('2026-01-01T00:00:00');
  });
});

test('the zones hold UTC, and each once', () => {
  const zones = timeZones();
  expect(zones).toContain('UTC');
  expect(new Set(zones).size).toBe(zones.length);
});
