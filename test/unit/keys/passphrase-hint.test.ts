/** The strength hint: order matters, exact bits do not. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { passphraseHint } from '../../../main/keys/openpgp-keys.ts';

test.each([
  ['', 0],
  ['password', 0],
  ['P4ssw0rd!', 0],
  ['aaaaaaaaaaaaaaaaaaaa', 0],
  ['1234567890', 0],
  ['abcdefghijklmnop', 0],
  ['Summer2026', 0],
  ['kfjwpq', 0],
  ['T7#kqPz9', 1],
  ['orbit lantern teacup gravel', 4],
  ['vK9$wq2Lr8!mZx4P', 4],
] as const)('%j scores %i', (passphrase, score) => {
  expect(passphraseHint(passphrase).score).toBe(score);
});

test('never falls when random characters are added', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{0,30}$/), fc.uuid(), (start, more) => {
      expect(passphraseHint(start + more).score).toBeGreaterThanOrEqual(
        passphraseHint(start).score,
      );
    }),
  );
});
