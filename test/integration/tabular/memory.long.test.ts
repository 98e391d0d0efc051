/** The check of a large JSON file in a process of its own, in constant memory. */
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundle } from '../seal/bundle.ts';

const MIB = 1024 * 1024;
let folder: string;
let program: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-large-'));
  program = await bundle(new URL('./program.ts', import.meta.url), folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each([
  { name: 'lines.ndjson', mib: 200, opening: '', between: '\n', closing: '\n' },
  { name: 'array.json', mib: 40, opening: '{"d":[', between: ',', closing: ']}' },
])(
  '$mib MiB of $name are checked in constant memory',
  async ({ name, mib, opening, between, closing }) => {
    const path = join(folder, name);
    const record = `{"id":"u1","what":"Bought","at":1767225909,"price":12.50,"note":"Zoë said: “${'x'.repeat(60)}”"}`;
    const piece = Buffer.from((record + between).repeat(Math.ceil(MIB / record.length)));
    const file = await open(path, 'w');
    let bytes = 0;
    const write = async (part: Uint8Array): Promise<void> => {
      await file.write(part);
      bytes += part.length;
    };
    await write(Buffer.from(opening));
    while (bytes < mib * MIB) await write(piece);
    await write(Buffer.from(record + closing));
    await file.close();

    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program, path]);
    await rm(path);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ bytes, accepted: report.rows });
    expect(report.rows).toBe(
      Math.round((bytes - opening.length) / Buffer.byteLength(record + between)),
    );
    expect(report.grownMib).toBeLessThan(80);
  },
);
