/** Templates: kept under names, laid over files, and read from files that anyone may have written. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DATA_TYPES, DATE_FORMATS } from '../../../shared/domain/manifest.ts';
import type { Mapping } from '../../../shared/domain/data-file.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { applyTemplate } from '../../../main/manifest/apply-template.ts';
import { MappingTemplates } from '../../../main/manifest/mapping-templates.ts';
import {
  parseTemplate,
  readTemplateFile,
  templateText,
} from '../../../main/manifest/template-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-templates-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ORDERS: Mapping = {
  type: 'event',
  columns: [
    { header: 'who', target: 'identity', dataType: 'STRING' },
    { header: 'what', target: 'evtName', dataType: 'STRING', reason: 'Told by alice@example.com.' },
    { header: 'day', target: '', dataType: 'DATE', dateFormat: 'dd/MM/yyyy' },
  ],
};

describe('MappingTemplates', () => {
  const names = async (templates: MappingTemplates) =>
    (await templates.list()).map(({ name }) => name);

  it('keeps a mapping under its name, without reasons, for its owner alone', async () => {
    const { id } = await new MappingTemplates(folder).save('Weekly', ORDERS, false);
    const kept = await new MappingTemplates(folder).get(id);
    expect(kept).toMatchObject({ name: 'Weekly', type: 'event' });
    expect(kept.columns[1]).toEqual({ header: 'what', target: 'evtName', dataType: 'STRING' });
    expect((await stat(join(folder, 'mapping-templates.json'))).mode & 0o777).toBe(0o600);
  });

  it('replaces a namesake only when told to, under the same id', async () => {
    const templates = new MappingTemplates(folder);
    const first = await templates.save('Weekly', ORDERS, false);
    await expect(templates.save('weekly', ORDERS, false)).rejects.toMatchObject({
      code: 'TEMPLATE_NAME_TAKEN',
    });
    const second = await templates.save('weekly', { ...ORDERS, type: 'profile' }, true);
    expect(second).toMatchObject({ id: first.id, name: 'weekly', type: 'profile' });
    expect(await names(templates)).toEqual(['weekly']);
  });

  it('drops a date format that has no date, so that the file stays readable', async () => {
    const templates = new MappingTemplates(folder);
    const column = { header: 'a', target: '', dataType: 'LONG', dateFormat: 'UNIX' } as const;
    await templates.save('a', { type: 'event', columns: [column] }, false);
    expect((await templates.list())[0]?.columns).toEqual([
      { header: 'a', target: '', dataType: 'LONG' },
    ]);
  });

  it('renames, and lists by name', async () => {
    const templates = new MappingTemplates(folder);
    await templates.save('beta', ORDERS, false);
    const { id } = await templates.save('gamma', ORDERS, false);
    await expect(templates.rename(id, 'BETA')).rejects.toMatchObject({
      code: 'TEMPLATE_NAME_TAKEN',
    });
    await templates.rename(id, 'Gamma');
    await templates.rename(id, 'alpha');
    expect(await names(templates)).toEqual(['alpha', 'beta']);
  });

  it('removes one, once', async () => {
    const templates = new MappingTemplates(folder);
    const { id } = await templates.save('Weekly', ORDERS, false);
    await templates.remove(id);
    expect(await names(templates)).toEqual([]);
    const unknown = { code: 'TEMPLATE_UNKNOWN' };
    await expect(templates.remove(id)).rejects.toMatchObject(unknown);
    await expect(templates.get(id)).rejects.toMatchObject(unknown);
    await expect(templates.rename(id, 'x')).rejects.toMatchObject(unknown);
  });

  it('numbers an imported template whose name is taken', async () => {
    const templates = new MappingTemplates(folder);
    for (let at = 0; at < 3; at += 1) await templates.add({ name: 'Weekly', ...ORDERS });
    expect(await names(templates)).toEqual(['Weekly', 'Weekly (2)', 'Weekly (3)']);
  });

  it('keeps an imported name within the length that the window may rename', async () => {
    const templates = new MappingTemplates(folder);
    const name = 'x'.repeat(100);
    await templates.add({ name, ...ORDERS });
    const second = await templates.add({ name, ...ORDERS });
    expect(second.name).toBe(`${'x'.repeat(96)} (2)`);
    expect(await templates.list()).toHaveLength(2);
  });

  it('keeps the first of columns with one header, and refuses what could not be exported', async () => {
    const templates = new MappingTemplates(folder);
    const [column] = ORDERS.columns;
    const twice = await templates.save('a', { type: 'event', columns: [column!, column!] }, false);
    expect(twice.columns).toHaveLength(1);
    const columns = Array.from({ length: 200 }, (_, at) => ({
      ...column!,
      header: `${at}${'h'.repeat(9_000)}`,
    }));
    await expect(templates.save('b', { type: 'event', columns }, false)).rejects.toMatchObject({
      code: 'TEMPLATE_TOO_LARGE',
    });
  });

  it('stops at 200 templates, and still lets one be replaced', async () => {
    const one = await new MappingTemplates(folder).save('t0', ORDERS, false);
    const many = Array.from({ length: 200 }, (_, at) => ({
      ...one,
      id: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
      name: `t${at}`,
    }));
    const text = JSON.stringify({ version: 1, templates: many });
    await writeFile(join(folder, 'mapping-templates.json'), text);
    const templates = new MappingTemplates(folder);
    await expect(templates.save('new', ORDERS, false)).rejects.toMatchObject({
      code: 'TEMPLATES_FULL',
    });
    await templates.save('t7', ORDERS, true);
    expect(await templates.list()).toHaveLength(200);
  });
});

describe('applyTemplate', () => {
  const template = { name: 'Weekly', ...ORDERS };

  it('takes known columns from the template and guesses the others, each with a reason', () => {
    const facts = { header: ['amount', 'what', 'who'], sample: [['7', 'Bought', 'c-1']] };
    const { mapping, missing } = applyTemplate(template, facts);
    expect(mapping.type).toBe('event');
    expect(missing).toEqual(['day']);
    expect(mapping.columns).toEqual([
      {
        header: 'amount',
        target: '',
        dataType: 'INTEGER',
        reason: expect.stringMatching(/^Not in the template “Weekly”\. .*whole number/) as string,
      },
      { ...ORDERS.columns[1], reason: 'As in the template “Weekly”.' },
      { ...ORDERS.columns[0], reason: 'As in the template “Weekly”.' },
    ]);
  });

  it('guesses no target that the template gives away', () => {
    const facts = { header: ['customer_id', 'who'], sample: [['1', 'c-1']] };
    const { mapping } = applyTemplate(template, facts);
    expect(mapping.columns[0]).toMatchObject({
      target: '',
      reason: 'Not in the template “Weekly”. identity goes to another column.',
    });
    // A target of a column that this file does not have is free.
    const alone = applyTemplate(template, { header: ['customer_id'], sample: [['1']] });
    expect(alone.mapping.columns[0]).toMatchObject({ target: 'identity' });
  });
});

describe('a template’s file', () => {
  const good = { format: 'sealift-mapping-template', version: 1, name: 'Weekly', ...ORDERS };
  const columns = ORDERS.columns.map(({ reason: _reason, ...column }) => column);
  const parse = (value: unknown) =>
    parseTemplate(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), 'a.json');

  it('gives back any template that was exported', () => {
    const column = fc
      .record({
        header: fc.string({ maxLength: 20, unit: 'binary' }),
        target: fc.string({ maxLength: 20, unit: 'grapheme' }),
        dataType: fc.constantFrom(...DATA_TYPES),
        format: fc.constantFrom(...DATE_FORMATS),
      })
      .map(({ format, ...rest }) => ({
        ...rest,
        ...(rest.dataType === 'DATE' ? { dateFormat: format } : {}),
      }));
    const template = fc.record({
      name: fc.stringMatching(/^[\wäß]{1,40}$/u),
      type: fc.constantFrom('event' as const, 'profile' as const),
      columns: fc.uniqueArray(column, {
        minLength: 1,
        maxLength: 8,
        selector: (one) => one.header,
      }),
    });
    fc.assert(
      fc.property(template, (one) => {
        expect(parseTemplate(Buffer.from(templateText(one)), 'a.json')).toEqual(one);
      }),
      { numRuns: 200 },
    );
  });

  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /it is not JSON/],
    ['nothing', '', /it is not JSON/],
    ['a data file', 'who,what\n1,2\n', /it is not JSON/],
    ['a manifest', { fileName: 'a.csv', type: 'event' }, /its "format" is not/],
    ['a list', [good], /its "format" is not/],
    ['null', null, /its "format" is not/],
    ['a version of its own kind', { ...good, columns, version: '1' }, /its "format" is not/],
    ['a reason with cell values', good, /columns\.1: Unrecognized key: "reason"/],
    ['a key of its own', { ...good, columns, script: 'x' }, /Unrecognized key: "script"/],
    [
      'a prototype',
      JSON.stringify({ ...good, columns }).replace('{', '{"__proto__":{"a":1},'),
      /./,
    ],
    ['no columns', { ...good, columns: [] }, /columns: /],
    ['too many columns', { ...good, columns: Array(10_001).fill(columns[0]) }, /columns: /],
    ['a header twice', { ...good, columns: [columns[0], columns[0]] }, /A header is there twice/],
    ['no such type', { ...good, columns: [{ ...columns[0], dataType: 'string' }] }, /dataType: /],
    [
      'a date without format',
      { ...good, columns: [{ ...columns[0], dataType: 'DATE' }] },
      /dateFormat/,
    ],
    [
      'a format without date',
      { ...good, columns: [{ ...columns[0], dateFormat: 'UNIX' }] },
      /dateFormat/,
    ],
    ['a name of two lines', { ...good, columns, name: 'a\nb' }, /name: A name is one line/],
    ['a name that turns the line round', { ...good, columns, name: 'a\u202eb' }, /name: A name is/],
    ['a name of blanks', { ...good, columns, name: '   ' }, /name: /],
  ])('refuses %s', (_what, value, problem) => {
    expect(() => parse(value)).toThrow(AppError);
    try {
      parse(value);
    } catch (error) {
      expect((error as AppError).code).toBe('TEMPLATE_INVALID');
      expect((error as AppError).params.problem).toMatch(problem);
      expect(String((error as AppError).params.problem).length).toBeLessThan(210);
    }
  });

  it('says when it is of a later version, or not text', () => {
    expect(() => parse({ ...good, version: 2, more: true })).toThrow(/TEMPLATE_VERSION/);
    expect(() => parseTemplate(Uint8Array.of(0x7b, 0xff, 0x7d), 'a.json')).toThrow(/not UTF-8/);
  });

  it('answers any bytes with an error of its own', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          expect(() => parseTemplate(bytes, 'a.json')).toThrow(AppError);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is read from the disk up to 1 MiB', async () => {
    const path = join(folder, 'a.json');
    await writeFile(path, JSON.stringify({ ...good, columns }));
    expect(await readTemplateFile(path, 'a.json')).toMatchObject({ name: 'Weekly' });
    await writeFile(path, Buffer.alloc(1024 * 1024 + 1, ' '));
    await expect(readTemplateFile(path, 'a.json')).rejects.toMatchObject({
      code: 'TEMPLATE_TOO_LARGE',
    });
    await expect(readTemplateFile(join(folder, 'b.json'), 'b.json')).rejects.toMatchObject({
      code: 'FILE_NOT_READABLE',
    });
  });
});
