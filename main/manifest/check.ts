/** Is this text a manifest that the platform will read, and what does it say? (spec: "Manifest") */
import { isUtf8 } from 'node:buffer';
import { LIMITS, type Manifest } from '../../shared/domain/manifest.ts';
import type { TextProblem } from '../../shared/domain/problem.ts';
import { AppError } from '../../shared/errors/index.ts';
import { readJson } from './json-text.ts';
import { invalidUtf8Offset } from '../tabular/index.ts';
import { manifestFrom } from './rules.ts';
import { ProblemList, type ManifestNode } from './tree.ts';
import { readYaml } from './yaml-text.ts';

/** With the `u` flag a proper pair is one character and does not match. */
const LONE_SURROGATE = /\p{Surrogate}/u;

export interface ManifestCheck {
  /** Absent when a problem is an error. */
  readonly manifest?: Manifest;
  /** In the order of the text. */
  readonly problems: readonly TextProblem[];
}

/**
 * Checks a manifest's text: strict JSON when it begins with `{`, else YAML. Never throws. With the
 * data file's `header`, also whether the columns are there and the rows can have an identity.
 */
export function checkManifest(
  text: string,
  options: { readonly header?: readonly string[] | undefined } = {},
): ManifestCheck {
  const problems = new ProblemList();
  const root = readText(text, problems);
  const manifest = root && manifestFrom(root, problems, options.header);
  const placed = problems.placedIn(text);
  return manifest && !problems.hasErrors ? { manifest, problems: placed } : { problems: placed };
}

function readText(text: string, problems: ProblemList): ManifestNode | undefined {
  if (Buffer.byteLength(text) > LIMITS.manifestBytes) {
    const message = `The manifest is larger than ${LIMITS.manifestBytes} bytes.`;
    problems.error('TOO_LARGE', 0, message);
    return undefined;
  }
  if (text.startsWith('\uFEFF')) {
    problems.error(
      'ENCODING',
      0,
      'The manifest begins with a byte order mark; save it without one.',
    );
    return undefined;
  }
  if (LONE_SURROGATE.test(text)) {
    problems.error('ENCODING', 0, 'The manifest holds half of a character and cannot be UTF-8.');
    return undefined;
  }
  return text.trimStart().startsWith('{') ? readJson(text, problems) : readYaml(text, problems);
}

/** The manifest of a text that must be right. Throws MANIFEST_INVALID with the first error's place. */
export function requireManifest(
  text: string,
  options: { readonly header?: readonly string[] | undefined } = {},
): Manifest {
  const { manifest, problems } = checkManifest(text, options);
  if (manifest) return manifest;
  const errors = problems.filter((problem) => problem.severity === 'error');
  const [first] = errors;
  throw new AppError('MANIFEST_INVALID', {
    line: first?.line ?? 1,
    column: first?.column ?? 1,
    problem: first?.message ?? '',
    count: errors.length,
  });
}

/** A manifest file's bytes as text. Throws MANIFEST_TOO_LARGE, MANIFEST_NOT_UTF8. */
export function decodeManifest(bytes: Uint8Array, file: string): string {
  if (bytes.length > LIMITS.manifestBytes) {
    throw new AppError('MANIFEST_TOO_LARGE', { file, limitBytes: LIMITS.manifestBytes });
  }
  if (!isUtf8(bytes)) {
    throw new AppError('MANIFEST_NOT_UTF8', { file, offset: invalidUtf8Offset(bytes) });
  }
  return Buffer.from(bytes).toString('utf8');
}
