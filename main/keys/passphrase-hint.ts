/** A rough estimate of how long a passphrase would stand against guessing. A hint, never a gate. */
import type { PassphraseHint } from '../../shared/domain/key-set.ts';

/**
 * Words and keyboard walks that guessers try first. Far from complete: the estimate knows common
 * patterns only, so a low score is to be believed, a high one not too much.
 */
const COMMON_WORDS = [
  'password',
  'passphrase',
  'passwort',
  'secret',
  'qwerty',
  'qwertz',
  'azerty',
  'asdfgh',
  'zxcvbn',
  'letmein',
  'welcome',
  'iloveyou',
  'dragon',
  'monkey',
  'football',
  'sunshine',
  'princess',
  'master',
  'shadow',
  'admin',
  'login',
  'hello',
  'summer',
  'winter',
  'spring',
  'autumn',
  'sealift',
  'default',
  'changeme',
  'test',
  'trustno',
  'whatever',
  'company',
];

/** Bits of guessing work at which the scores 1 to 4 begin. */
const SCORE_BITS = [28, 45, 60, 80] as const;

const HINTS = [
  'Guessed at once: use four or more words that have nothing to do with each other.',
  'Weak: a determined guesser finds it. Make it longer.',
  'Fair: some more characters or another word would make it good.',
  'Good.',
  'Strong.',
] as const;

/** Score 0 (guessed at once) to 4, and one sentence. */
export function passphraseHint(passphrase: string): PassphraseHint {
  const bits = guessingBits(passphrase);
  const score = SCORE_BITS.filter((limit) => bits >= limit).length as PassphraseHint['score'];
  return { score, hint: HINTS[score] };
}

/**
 * Characters count by the size of the alphabet in use; a common word counts as one guess of a short
 * list, and a character that repeats or continues the one before counts a single bit.
 */
function guessingBits(passphrase: string): number {
  const { rest, words } = takeCommonWords(passphrase);
  const perCharacter = Math.log2(alphabetSize(passphrase));
  const characters = [...rest];
  const bits = characters.reduce(
    (sum, character, i) => sum + (isPredictable(characters[i - 1], character) ? 1 : perCharacter),
    0,
  );
  // People write words, not random letters: natural text carries about half of what its alphabet could.
  const prose = /^[\p{L}\s]+$/u.test(passphrase) ? 0.6 : 0.85;
  return bits * prose + words * Math.log2(COMMON_WORDS.length);
}

/** Finds common words, also in other case and with the usual digits for letters. */
function takeCommonWords(passphrase: string): { rest: string; words: number } {
  const plain = passphrase
    .toLowerCase()
    .replace(/[@4]/g, 'a')
    .replace(/0/g, 'o')
    .replace(/[1!]/g, 'i')
    .replace(/3/g, 'e')
    .replace(/[5$]/g, 's');
  let rest = plain;
  let words = 0;
  for (const word of COMMON_WORDS) {
    const pieces = rest.split(word);
    words += pieces.length - 1;
    rest = pieces.join('');
  }
  return words > 0 ? { rest, words } : { rest: passphrase, words };
}

function alphabetSize(text: string): number {
  const classes: readonly [RegExp, number][] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/[0-9]/, 10],
    [/[\s\p{P}\p{S}]/u, 20],
    [/[^ -~]/, 60],
  ];
  const size = classes.reduce((sum, [pattern, count]) => sum + (pattern.test(text) ? count : 0), 0);
  return Math.max(size, 2);
}

/** The same character again, or the next or previous one: `aaaa`, `1234`, `dcba`. */
function isPredictable(before: string | undefined, character: string): boolean {
  if (before === undefined) return false;
  return Math.abs(character.codePointAt(0)! - before.codePointAt(0)!) <= 1;
}
