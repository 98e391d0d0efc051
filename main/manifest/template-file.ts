/** The file in which a mapping template goes from one person to another (docs/formats/mapping-template.md). */
import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { z } from 'zod';
import { templateName } from '../../shared/contract/domain-schemas.ts';
import type { Mapping } from '../../shared/domain/data-file.ts';
import { DATA_TYPES, DATE_FORMATS } from '../../shared/domain/manifest.ts';
import { AppError } from '../../shared/errors/index.ts';

export const MAX_TEMPLATE_BYTES = 1024 * 1024;
const FORMAT = 'sealift-mapping-template';
const VERSION = 1;
const MAX_PROBLEM_CHARACTERS = 200;

const templateColumn = z
  .strictObject({
    header: z.string().max(10_000),
    target: z.string().max(1_000),
    dataType: z.enum(DATA_TYPES),
    dateFormat: z.enum(DATE_FORMATS).optional(),
  })
  .refine(({ dataType, dateFormat }) => (dataType === 'DATE') === (dateFormat !== undefined), {
    path: ['dateFormat'],
    message: 'A DATE needs a dateFormat, and no other type may have one.',
  });

/** What a template says, in the profile and in a file. */
export const templateFields = {
  name: templateName,
  type: z.enum(['event', 'profile']),
  columns: z
    .array(templateColumn)
    .min(1)
    .max(10_000)
    .refine((columns) => new Set(columns.map(({ header }) => header)).size === columns.length, {
      message: 'A header is there twice.',
    }),
};

const templateFile = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  ...templateFields,
});
/** Enough to tell a template of a later version from a file that is none. */
const anyVersion = z.object({ format: z.literal(FORMAT), version: z.number().int().min(1) });

export interface NamedMapping extends Mapping {
  readonly name: string;
}

/** Indented by two, with a line end at the end. */
export function templateText({ name, type, columns }: NamedMapping): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, name, type, columns }, null, 2)}\n`;
}

/** @throws AppError TEMPLATE_TOO_LARGE, TEMPLATE_INVALID, TEMPLATE_VERSION, FILE_NOT_READABLE */
export async function readTemplateFile(path: string, file: string): Promise<NamedMapping> {
  return parseTemplate(await readBounded(path, file), file);
}

/** The same for a file's bytes; `file` is its name for errors. */
export function parseTemplate(bytes: Uint8Array, file: string): NamedMapping {
  const invalid = (problem: string, cause?: unknown): AppError =>
    new AppError('TEMPLATE_INVALID', { file, problem }, { cause });
  if (!isUtf8(bytes)) throw invalid('it is not UTF-8 text.');
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw invalid('it is not JSON.', cause);
  }
  const known = anyVersion.safeParse(value);
  if (!known.success) throw invalid(`its "format" is not "${FORMAT}".`);
  if (known.data.version > VERSION) {
    throw new AppError('TEMPLATE_VERSION', { file, version: known.data.version });
  }
  const parsed = templateFile.safeParse(value);
  if (!parsed.success) throw invalid(firstProblem(parsed.error), parsed.error);
  const { name, type, columns } = parsed.data;
  return { name, type, columns };
}

function firstProblem({ issues: [issue] }: z.ZodError): string {
  const place = issue?.path.join('.') ?? '';
  const told = `${place === '' ? '' : `${place}: `}${issue?.message ?? ''}`;
  return told.length > MAX_PROBLEM_CHARACTERS ? `${told.slice(0, MAX_PROBLEM_CHARACTERS)}…` : told;
}

/** Looked at before it is read, so that a film is not loaded as a template. */
async function readBounded(path: string, file: string): Promise<Uint8Array> {
  try {
    const handle = await open(path, 'r');
    try {
      if ((await handle.stat()).size > MAX_TEMPLATE_BYTES) {
        throw new AppError('TEMPLATE_TOO_LARGE', { file, limitBytes: MAX_TEMPLATE_BYTES });
      }
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const reason = (cause as NodeJS.ErrnoException).code ?? '';
    throw new AppError('FILE_NOT_READABLE', { file, reason }, { cause });
  }
}
