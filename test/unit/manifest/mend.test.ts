/** Mending a manifest that people got wrong: only what is certain, and nothing else touched. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkManifest, mendManifest } from '../../../main/manifest/index.ts';
import { SEED_SAMPLE } from './seed-sample.ts';

describe('mending', () => {
  it('the sample of the platform’s own guide leaves only the address to fill in', () => {
    const mended = mendManifest(SEED_SAMPLE);
    expect(mended.text).toBe(
      SEED_SAMPLE.replace('// Mention the KeyID here  ', '').replace(
        '"[[email protected]](mailto:[email protected])"',
        '""',
      ),
    );
    expect(mended.notes).toEqual([
      'Line 12: the e-mail address is not usable and was left empty. Fill in yours.',
      'Line 13: the comment was taken out.',
    ]);
    expect(checkManifest(mended.text).problems.map(({ code }) => code)).toEqual(['CLIENT_EMAIL']);
    const filled = mended.text.replace('"clientEmail": ""', '"clientEmail": "ops@example.com"');
    expect(checkManifest(filled).manifest).toMatchObject({
      fileName: 'parastest31.csv.asc',
      columns: { time_stamp: { ctName: 'ts', dataType: 'INTEGER' } },
    });
  });

  it.each<[string, string, string]>([
    ['a byte order mark', '\uFEFF{"a": 1}', '{"a": 1}'],
    ['comments', '{ /* a */ "a": 1 // b\n}', '{ "a": 1\n}'],
    ['trailing commas', '{"a": [1, 2,], }', '{"a": [1, 2] }'],
    ['a link', '{"clientEmail": "[a@b.io](mailto:a@b.io)"}', '{"clientEmail": "a@b.io"}'],
    ['a named address', '{"clientEmail": "Ops <a@b.io>"}', '{"clientEmail": "a@b.io"}'],
    ['two addresses', '{"clientEmail": "a@b.io, c@b.io"}', '{"clientEmail": ""}'],
    ['no address', '{"clientEmail": 5}', '{"clientEmail": ""}'],
  ])('%s', (_, text, expected) => {
    const mended = mendManifest(text);
    expect(mended.text).toBe(expected);
    expect(mended.notes.length).toBeGreaterThan(0);
    expect(mendManifest(mended.text)).toEqual({ text: mended.text, notes: [] });
  });

  it.each(['{"a": "// no comment, }"}', 'type: event # YAML\n', '', '{"clientEmail": "a@b.io"}'])(
    'leaves %j as it is',
    (text) => {
      expect(mendManifest(text)).toEqual({ text, notes: [] });
    },
  );

  it('never throws and never makes JSON unreadable', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      '"a"',
      ':',
      '1',
      '//x\n',
      '/*',
      '*/',
      '"',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = `{${pieces.join('')}`;
        const mended = mendManifest(text).text;
        if (checkManifest(text).problems.every(({ code }) => code !== 'SYNTAX')) {
          expect(() => JSON.parse(mended) as unknown).not.toThrow();
        }
      }),
      { numRuns: 2000 },
    );
  });
});
