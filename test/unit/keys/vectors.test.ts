/** The vectors of docs/formats/key-store.md, read from there. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { keyCheck } from '../../../main/keys/protection.ts';
import { openBytes } from '../../../main/keys/sealed-bytes.ts';

test('the documented vectors hold', async () => {
  const page = await readFile(
    new URL('../../../docs/formats/key-store.md', import.meta.url),
    'utf8',
  );
  const vectors = page.slice(page.indexOf('## Test vectors'));
  const key = Uint8Array.from({ length: 32 }, (_, i) => i);
  const id = /id `([0-9A-F]{40})`/.exec(vectors)![1]!;
  const sealed = Buffer.from(/^[0-9a-f]{60,}$/m.exec(vectors)![0], 'hex');
  expect(openBytes(key, { purpose: 'private-key', id }, sealed)?.toString()).toBe('hello');
  expect(vectors).toContain(`\`${keyCheck(key)}\``);
});
