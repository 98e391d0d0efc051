/** A manifest exported as YAML says the same to both readers: the app's and the server's. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildManifest, checkManifest, manifestYaml } from '../../../main/manifest/index.ts';
import { readManifest } from '../../../server/ingest/manifest.ts';
import { DATA_TYPES } from '../../../shared/domain/manifest.ts';

/** Names that YAML could take for something else. */
const name = fc.oneof(
  fc.constantFrom(
    'true',
    'null',
    '~',
    '1e3',
    '0x1',
    '- a',
    'a: b',
    '#x',
    '&a',
    '*a',
    '!t',
    '{x',
    '"q"',
    "'s'",
    ' a ',
    '\ta',
    '__proto__',
    'é',
    '---',
    '...',
    '%a',
    '@b',
  ),
  fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((text) => text.trim() !== ''),
);

const manifest = fc
  .uniqueArray(name, { minLength: 1, maxLength: 6 })
  .chain((headers) =>
    fc.record({
      headers: fc.constant(headers),
      types: fc.array(fc.constantFrom(...DATA_TYPES.filter((type) => type !== 'DATE')), {
        minLength: 6,
        maxLength: 6,
      }),
    }),
  )
  .map(({ headers, types }) =>
    buildManifest({
      fileName: 'users.csv.asc',
      type: 'profile',
      clientEmail: 'data@example.com',
      keyId: 'ec491319-9823-48cd-b6a1-6bb0bc666d75',
      columns: headers.map((header, index) => ({
        header,
        target: index === 0 ? 'identity' : '',
        dataType: index === 0 ? 'STRING' : (types[index] ?? 'STRING'),
      })),
    }),
  );

it('round-trips through both readers', () => {
  let compared = 0;
  fc.assert(
    fc.property(manifest, (json) => {
      const { manifest: meant } = checkManifest(json);
      // Two names with one meaning make no manifest.
      fc.pre(meant !== undefined);
      const yaml = manifestYaml(json);
      expect(yaml.trimStart().startsWith('{')).toBe(false);
      expect(checkManifest(yaml).manifest).toEqual(meant);
      const told = readManifest(Buffer.from(json)).manifest;
      expect(told).toBeDefined();
      expect(readManifest(Buffer.from(yaml)).manifest).toEqual(told);
      compared += 1;
    }),
    { numRuns: 150 },
  );
  expect(compared).toBeGreaterThan(50);
});

it('refuses what is no manifest', () => {
  expect(() => manifestYaml('{"fileName": 1}')).toThrow(
    expect.objectContaining({ code: 'MANIFEST_INVALID' }),
  );
});
