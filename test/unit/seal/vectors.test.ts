/** The vectors of docs/formats/sealed-message.md, read from there. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ByteReader } from '../../../main/seal/byte-reader.ts';
import { nextPacket } from '../../../main/seal/packet-reader.ts';
import { literalHeader, packet, TAG } from '../../../main/seal/packets.ts';
import { decryptWithMdc } from '../../../main/seal/seipd.ts';
import { chunked, collect } from './streams.ts';

test('the documented vectors hold', async () => {
  const page = new URL('../../../docs/formats/sealed-message.md', import.meta.url);
  const text = await readFile(page, 'utf8');
  const [literal, seipd] = [...text.matchAll(/^[0-9a-f]{40,}$/gm)].map(([hex]) =>
    Buffer.from(hex, 'hex'),
  );
  const data = Buffer.from('identity\r\n');
  const body = Buffer.concat([literalHeader('a.csv', new Date(0)), data]);
  expect(packet(TAG.literal, body)).toEqual(literal);

  const container = (await nextPacket(new ByteReader(chunked(seipd!))))!;
  expect(container.tag).toBe(TAG.seipd);
  const reader = new ByteReader(container.body);
  expect(await reader.byte()).toBe(1);
  const key = Uint8Array.from({ length: 32 }, (_, i) => i);
  let verified = false;
  const content = decryptWithMdc(reader.rest(), { algorithm: 'aes256', key }, () => {
    verified = true;
  });
  expect(await collect(content)).toEqual(literal);
  expect(verified).toBe(true);
});
