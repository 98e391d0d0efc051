/**
 * The platform's reader of manifests (spec: "Manifest"). Written apart from the app's on purpose:
 * a mistake on one side is caught by the other.
 */
import { DATA_TYPES, DATE_FORMATS, LIMITS } from '../../shared/domain/manifest.ts';
import type { DataType, DateFormat, ImportType } from '../../shared/domain/manifest.ts';
import type { TextProblem } from '../../shared/domain/problem.ts';
import { parseJsonTree } from './json-tree.ts';
import { parseYamlTree } from './manifest-yaml.ts';
import { TextError, placeAt } from './text-tree.ts';
import type { TextEntry, TextNode } from './text-tree.ts';

export interface ColumnRule {
  /** Target name; undefined: the header's own name. */
  readonly target: string | undefined;
  readonly dataType: DataType;
  readonly dateFormat: DateFormat | undefined;
}

export interface ReadManifest {
  readonly fileName: string;
  readonly type: ImportType;
  readonly clientEmail: string;
  readonly keyId: string | undefined;
  /** Source header → rule. */
  readonly columns: ReadonlyMap<string, ColumnRule>;
}

export interface ManifestReading {
  /** Present when no problem is an error. */
  readonly manifest: ReadManifest | undefined;
  /** As far as they could be read, for moving the data file and for answering. */
  readonly fileName: string | undefined;
  readonly clientEmail: string | undefined;
  readonly problems: readonly TextProblem[];
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const HOST_LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
/** No top-level domain has one letter or begins with a digit (RFC 3696, 2): `10.0.0.1` is no host name. */
const TOP_LABEL = '[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])';
/** Dot-atom and host name (RFC 5321, 4.1.2): what mail servers take without quoting. */
const EMAIL = new RegExp(`^${ATOM}(?:\\.${ATOM})*@(?:${HOST_LABEL}\\.)+${TOP_LABEL}$`);
const KNOWN_KEYS = ['fileName', 'type', 'clientEmail', 'keyId', 'columns'];
const KNOWN_COLUMN_KEYS = ['ctName', 'dataType', 'dateFormat'];
const TS_TYPES: readonly DataType[] = ['STRING', 'INTEGER', 'LONG', 'DATE'];
const MAX_FILE_NAME_BYTES = 255;
const MAX_EMAIL_CHARACTERS = 254;
/** Of each severity; a hostile text could make hundreds of thousands. */
const MAX_PROBLEMS = 200;

export function isEmailAddress(text: string): boolean {
  return text.length <= MAX_EMAIL_CHARACTERS && EMAIL.test(text);
}

/** Reads a manifest's bytes. Never throws: everything wrong is in `problems`. */
export function readManifest(bytes: Uint8Array): ManifestReading {
  const { text, problem } = decode(bytes);
  const reader = new ManifestReader(text);
  if (problem === undefined) {
    try {
      reader.readObject(parseTree(text));
    } catch (error) {
      if (!(error instanceof TextError)) throw error;
      reader.error(error.message, error.offset);
    }
  } else {
    reader.error(problem, 0);
  }
  return reader.result();
}

function decode(bytes: Uint8Array): { text: string; problem?: string } {
  if (bytes.length > LIMITS.manifestBytes) {
    return { text: '', problem: `A manifest has at most ${LIMITS.manifestBytes} bytes.` };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { text: '', problem: 'A manifest must be UTF-8 text.' };
  }
}

function parseTree(text: string): TextNode {
  return /^\s*\{/.test(text)
    ? parseJsonTree(text, LIMITS.manifestDepth)
    : parseYamlTree(text, LIMITS.manifestDepth);
}

class ManifestReader {
  readonly #text: string;
  readonly #problems: TextProblem[] = [];
  readonly #counts = { error: 0, warning: 0 };
  #fileName: string | undefined;
  #type: ImportType | undefined;
  #clientEmail: string | undefined;
  #keyId: string | undefined;
  readonly #columns = new Map<string, ColumnRule>();

  constructor(text: string) {
    this.#text = text;
  }

  result(): ManifestReading {
    const manifest =
      this.#counts.error > 0 ||
      this.#fileName === undefined ||
      this.#type === undefined ||
      this.#clientEmail === undefined
        ? undefined
        : {
            fileName: this.#fileName,
            type: this.#type,
            clientEmail: this.#clientEmail,
            keyId: this.#keyId,
            columns: this.#columns,
          };
    return {
      manifest,
      fileName: this.#fileName,
      clientEmail: this.#clientEmail,
      problems: this.#problems,
    };
  }

  readObject(root: TextNode): void {
    if (root.kind !== 'object') {
      this.error('A manifest is an object with keys such as fileName and type.', root.offset);
      return;
    }
    const entries = new Map(root.entries.map((entry) => [entry.key, entry]));
    for (const entry of root.entries) {
      if (!KNOWN_KEYS.includes(entry.key)) {
        this.#warn('The platform does not know this key and ignores it.', entry.keyOffset);
      }
    }
    this.#fileName = this.#required(entries, 'fileName', root, fileNameProblem);
    this.#type = this.#required(entries, 'type', root, (value) =>
      /^(event|profile)$/i.test(value) ? undefined : 'type must be event or profile.',
    )?.toLowerCase() as ImportType | undefined;
    this.#clientEmail = this.#required(entries, 'clientEmail', root, (value) =>
      isEmailAddress(value) ? undefined : 'clientEmail must be one valid e-mail address.',
    );
    this.#readKeyId(entries, root);
    const columns = entries.get('columns');
    if (columns) this.#readColumns(columns.value);
  }

  #readKeyId(entries: ReadonlyMap<string, TextEntry>, root: TextNode): void {
    const entry = entries.get('keyId');
    if (entry) {
      this.#keyId = this.#string(entry, (value) =>
        UUID.test(value) ? undefined : 'keyId must be the UUID that the platform gave.',
      )?.toLowerCase();
    }
    if (this.#fileName === undefined) return;
    const sealed = this.#fileName.endsWith('.asc');
    const { offset } = entries.get('fileName')?.value ?? root;
    if (sealed && !entry) {
      this.error('The data file is encrypted (.asc), so keyId is needed.', offset);
    }
    if (!sealed && entry) {
      this.error('With a keyId the name of the data file must end in .asc.', offset);
    }
  }

  #readColumns(node: TextNode): void {
    if (node.kind !== 'object') {
      this.error('columns must map each source header to an object.', node.offset);
      return;
    }
    const targets = new Set<string>();
    for (const entry of node.entries) {
      if (entry.value.kind !== 'object') {
        this.error(
          'A column is an object with ctName, dataType and dateFormat.',
          entry.value.offset,
        );
        continue;
      }
      const rule = this.#readColumn(entry, entry.value.entries);
      if (!rule) continue;
      const target = rule.target ?? entry.key;
      if (targets.has(target)) {
        this.#warn('Another column has this target too: the later cell wins.', entry.keyOffset);
      }
      targets.add(target);
      this.#columns.set(entry.key, rule);
    }
  }

  #readColumn(column: TextEntry, entries: readonly TextEntry[]): ColumnRule | undefined {
    const byKey = new Map(entries.map((entry) => [entry.key, entry]));
    for (const entry of entries) {
      if (!KNOWN_COLUMN_KEYS.includes(entry.key)) {
        this.#warn('The platform does not know this key and ignores it.', entry.keyOffset);
      }
    }
    const errorsBefore = this.#counts.error;
    const target = this.#optional(byKey, 'ctName', (value) =>
      value.trim() === '' ? 'ctName must not be blank.' : undefined,
    );
    const dataType = this.#optional(byKey, 'dataType', (value) =>
      isOneOf(DATA_TYPES, value.toUpperCase())
        ? undefined
        : `dataType must be one of ${DATA_TYPES.join(', ')}.`,
    )?.toUpperCase() as DataType | undefined;
    const dateFormat = this.#optional(byKey, 'dateFormat', (value) =>
      isOneOf(DATE_FORMATS, value)
        ? undefined
        : `dateFormat must be one of ${DATE_FORMATS.join(', ')}.`,
    ) as DateFormat | undefined;
    if (this.#counts.error > errorsBefore) return undefined;
    if (dataType === 'DATE' && dateFormat === undefined) {
      this.error('A DATE column needs a dateFormat.', column.keyOffset);
    }
    if (dataType !== 'DATE' && dateFormat !== undefined) {
      this.#warn('dateFormat is used by DATE columns only.', byKey.get('dateFormat')!.keyOffset);
    }
    const rule = { target, dataType: dataType ?? 'STRING', dateFormat };
    if ((target ?? column.key).toLowerCase() === 'ts' && !canHoldTs(rule)) {
      this.error('ts must be STRING, INTEGER, LONG, or DATE with UNIX.', column.keyOffset);
    }
    return rule;
  }

  #required(
    entries: ReadonlyMap<string, TextEntry>,
    key: string,
    root: TextNode,
    check: (value: string) => string | undefined,
  ): string | undefined {
    const entry = entries.get(key);
    if (entry) return this.#string(entry, check);
    this.error(`${key} is missing.`, root.offset);
    return undefined;
  }

  #optional(
    entries: ReadonlyMap<string, TextEntry>,
    key: string,
    check: (value: string) => string | undefined,
  ): string | undefined {
    const entry = entries.get(key);
    return entry && this.#string(entry, check);
  }

  #string(entry: TextEntry, check: (value: string) => string | undefined): string | undefined {
    if (entry.value.kind !== 'string') {
      this.error(`${entry.key} must be text.`, entry.value.offset);
      return undefined;
    }
    const problem = isPlainText(entry.value.value)
      ? check(entry.value.value)
      : `${entry.key} holds a control character or half of a character.`;
    if (problem === undefined) return entry.value.value;
    this.error(problem, entry.value.offset);
    return undefined;
  }

  error(message: string, offset: number): void {
    this.#add('error', message, offset);
  }

  #warn(message: string, offset: number): void {
    this.#add('warning', message, offset);
  }

  #add(severity: TextProblem['severity'], message: string, offset: number): void {
    const count = (this.#counts[severity] += 1);
    if (count > MAX_PROBLEMS) return;
    const place = placeAt(this.#text, offset);
    this.#problems.push({ code: 'MANIFEST_INVALID', severity, ...place, message });
  }
}

function fileNameProblem(value: string): string | undefined {
  if (/[/\\]/.test(value)) return 'fileName is a plain name, without a folder.';
  if (value === '' || value.startsWith('.'))
    return 'fileName must not be empty or start with a dot.';
  if (Buffer.byteLength(value) > MAX_FILE_NAME_BYTES) {
    return `fileName has at most ${MAX_FILE_NAME_BYTES} bytes.`;
  }
  return undefined;
}

function canHoldTs(rule: ColumnRule): boolean {
  if (!TS_TYPES.includes(rule.dataType)) return false;
  return rule.dataType !== 'DATE' || rule.dateFormat === 'UNIX';
}

function isPlainText(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- finding them is the purpose
  return !/[\u0000-\u001f\u007f]|\p{Surrogate}/u.test(text);
}

function isOneOf(list: readonly string[], value: string): boolean {
  return list.includes(value);
}
