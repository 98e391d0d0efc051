/** What is remembered of a mapping, for which headers, and how much. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mapping } from '../../../shared/domain/data-file.ts';
import { MappingMemory, mappingOf } from '../../../main/manifest/mapping-memory.ts';

let folder: string;
let clock = new Date('2026-03-04T12:00:00Z');
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-memory-'));
  clock = new Date('2026-03-04T12:00:00Z');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const memory = () => new MappingMemory(folder, () => clock);
const stored = () => readFile(join(folder, 'mapping-memory.json'), 'utf8');

const EVENTS: Mapping = {
  type: 'event',
  columns: [
    { header: 'who', target: 'identity', dataType: 'STRING' },
    { header: 'what', target: 'evtName', dataType: 'STRING', reason: 'Told by alice@example.com.' },
    { header: 'when', target: '', dataType: 'DATE', dateFormat: 'UNIX' },
  ],
};

describe('MappingMemory', () => {
  it('knows nothing at first, and nothing of other headers', async () => {
    expect(await memory().recall(['who', 'what', 'when'])).toBeUndefined();
    await memory().remember(EVENTS);
    expect(await memory().recall(['who', 'what'])).toBeUndefined();
    expect(await memory().recall(['who', 'what', 'When'])).toBeUndefined();
    expect(await memory().recall(['who', 'what', 'when', 'when'])).toBeUndefined();
  });

  it('answers in the order of the file, with the day of the last use', async () => {
    await memory().remember(EVENTS);
    const reason = 'As the last time this header set was used (4 Mar 2026).';
    expect(await memory().recall(['when', 'who', 'what'])).toEqual({
      type: 'event',
      columns: [
        { header: 'when', target: '', dataType: 'DATE', dateFormat: 'UNIX', reason },
        { header: 'who', target: 'identity', dataType: 'STRING', reason },
        { header: 'what', target: 'evtName', dataType: 'STRING', reason },
      ],
    });
  });

  it('keeps the types apart, and takes the last used where none is asked for', async () => {
    const header = ['who', 'what', 'when'];
    await memory().remember(EVENTS);
    await memory().remember({ ...EVENTS, type: 'profile' });
    expect((await memory().recall(header))?.type).toBe('profile');
    expect((await memory().recall(header, 'event'))?.type).toBe('event');
    await memory().remember(EVENTS);
    expect((await memory().recall(header))?.type).toBe('event');
  });

  it('replaces the use before', async () => {
    await memory().remember(EVENTS);
    const columns = EVENTS.columns.map((column) => ({ ...column, dataType: 'FLOAT' as const }));
    await memory().remember({ type: 'event', columns });
    const recalled = await memory().recall(['who', 'what', 'when']);
    expect(recalled?.columns.map(({ dataType }) => dataType)).toEqual(['FLOAT', 'FLOAT', 'FLOAT']);
    expect((JSON.parse(await stored()) as { entries: unknown[] }).entries).toHaveLength(1);
  });

  it('keeps no reason, which could tell of values, and nothing of files without a header', async () => {
    await memory().remember(EVENTS);
    expect(await stored()).not.toContain('alice@example.com');
    const before = await stored();
    await memory().remember({ type: 'event', columns: [] });
    expect(await stored()).toBe(before);
  });

  it('drops the oldest beyond 200 header sets', async () => {
    const one = memory();
    for (let at = 0; at <= 200; at += 1) {
      await one.remember({
        type: 'profile',
        columns: [{ header: `h${at}`, target: 'identity', dataType: 'STRING' }],
      });
    }
    expect(await one.recall(['h0'])).toBeUndefined();
    expect(await one.recall(['h1'])).toBeDefined();
    expect(await one.recall(['h200'])).toBeDefined();
  });

  it('drops the oldest beyond 4 MiB, and still remembers the last', async () => {
    const one = memory();
    const wide = (name: string): Mapping => ({
      type: 'profile',
      columns: [{ header: `${name}${'x'.repeat(3_000_000)}`, target: '', dataType: 'STRING' }],
    });
    await one.remember(wide('a'));
    await one.remember(wide('b'));
    expect(await one.recall([wide('a').columns[0]!.header])).toBeUndefined();
    expect(await one.recall([wide('b').columns[0]!.header])).toBeDefined();
  });

  it('takes names of the language itself for what they are', async () => {
    const columns = ['__proto__', 'constructor'].map((header) => ({
      header,
      target: '',
      dataType: 'STRING' as const,
    }));
    await memory().remember({ type: 'profile', columns });
    const recalled = await memory().recall(['constructor', '__proto__']);
    expect(recalled?.columns.map(({ header }) => header)).toEqual(['constructor', '__proto__']);
  });

  it('says when its file is damaged', async () => {
    await writeFile(join(folder, 'mapping-memory.json'), '{"version":1,"entries":[{}]}');
    await expect(memory().recall(['a'])).rejects.toMatchObject({ code: 'PROFILE_FILE_DAMAGED' });
  });
});

it('reads the mapping of a file out of its manifest, whatever that leaves out', () => {
  const manifest = {
    fileName: 'a.csv',
    type: 'event',
    clientEmail: 'a@example.com',
    columns: { who: { ctName: 'identity' }, when: { dataType: 'DATE', dateFormat: 'UNIX' } },
  } as const;
  expect(mappingOf(manifest, ['when', 'who', 'rest'])).toEqual({
    type: 'event',
    columns: [
      { header: 'when', target: '', dataType: 'DATE', dateFormat: 'UNIX' },
      { header: 'who', target: 'identity', dataType: 'STRING' },
      { header: 'rest', target: '', dataType: 'STRING' },
    ],
  });
});
