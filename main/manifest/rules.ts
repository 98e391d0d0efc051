/** The rules of the manifest's own keys (spec: "Manifest"), over a tree with positions. Pure. */
import type { ImportType, Manifest, ManifestColumn } from '../../shared/domain/manifest.ts';
import { isEmail } from '../preflight/index.ts';
import { readColumns, type ListedColumn } from './column-rules.ts';
import { checkTargets } from './target-rules.ts';
import type { ManifestEntry, ManifestNode, ProblemList } from './tree.ts';

const KNOWN_KEYS = ['fileName', 'type', 'columns', 'clientEmail', 'keyId'] as const;
type KnownKey = (typeof KNOWN_KEYS)[number];

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const MAX_NAME_BYTES = 255;

type ObjectNode = Extract<ManifestNode, { kind: 'object' }>;
type Known = Readonly<Partial<Record<KnownKey, ManifestEntry>>>;

/** Undefined when a needed key is missing or wrong; what and where goes to `problems`. */
export function manifestFrom(
  root: ManifestNode,
  problems: ProblemList,
  header: readonly string[] | undefined,
): Manifest | undefined {
  if (root.kind !== 'object') {
    problems.error('SYNTAX', root.offset, 'A manifest is an object: { "fileName": …, "type": … }.');
    return undefined;
  }
  const known = knownEntries(root, problems);
  const keyId = readKeyId(known, problems);
  const fileName = readFileName(root, known, problems);
  const type = readType(root, known, problems);
  const columns = readColumns(known.columns, problems);
  const clientEmail = readClientEmail(root, known, problems);
  if (type) {
    const offset = known.columns?.keyOffset ?? root.offset;
    checkTargets({ type, columns, offset, header }, problems);
  }
  if (fileName === undefined || type === undefined || clientEmail === undefined) return undefined;
  return {
    fileName,
    type,
    clientEmail,
    ...(keyId === undefined ? {} : { keyId }),
    ...(columns === undefined ? {} : { columns: toRecord(columns) }),
  };
}

/** `fromEntries` makes own properties even of names such as `__proto__`. */
function toRecord(columns: readonly ListedColumn[]): Record<string, ManifestColumn> {
  return Object.fromEntries(
    columns.map(({ header, ctName, dataType, dateFormat }) => [
      header,
      {
        ...(ctName === undefined ? {} : { ctName }),
        ...(dataType === undefined ? {} : { dataType }),
        ...(dateFormat === undefined ? {} : { dateFormat }),
      },
    ]),
  );
}

function knownEntries(root: ObjectNode, problems: ProblemList): Known {
  const known: Partial<Record<KnownKey, ManifestEntry>> = {};
  for (const entry of root.entries) {
    const key = KNOWN_KEYS.find((name) => name === entry.key);
    if (key) {
      known[key] = entry;
      continue;
    }
    const meant = KNOWN_KEYS.find((name) => name.toLowerCase() === entry.key.toLowerCase());
    const hint = meant ? ` Did you mean “${meant}”?` : ` Known are ${KNOWN_KEYS.join(', ')}.`;
    problems.warn('UNKNOWN_KEY', entry.keyOffset, `The key “${entry.key}” is not known.${hint}`);
  }
  return known;
}

function readFileName(root: ObjectNode, known: Known, problems: ProblemList): string | undefined {
  const entry = known.fileName;
  if (!entry) {
    problems.error(
      'FILE_NAME',
      root.offset,
      'The key “fileName” is missing: the data file’s name.',
    );
    return undefined;
  }
  const { value } = entry;
  if (value.kind !== 'string') {
    problems.error('FILE_NAME', value.offset, 'The file name must be text in quotes.');
    return undefined;
  }
  const fault = fileNameFault(value.value, known.keyId !== undefined);
  if (fault !== undefined) problems.error('FILE_NAME', value.offset, fault);
  return fault === undefined ? value.value : undefined;
}

function fileNameFault(name: string, hasKeyId: boolean): string | undefined {
  if (name === '') return 'The file name is empty.';
  // eslint-disable-next-line no-control-regex -- a control character is just what must not be there
  if (/[/\\\u0000-\u001f\u007f]|\p{Surrogate}/u.test(name)) {
    return 'The file name must be a name alone, without folders, control characters and halves of characters.';
  }
  if (name.startsWith('.'))
    return 'The file name begins with a dot; the platform ignores such files.';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return 'The file name is longer than 255 bytes.';
  const isSealed = name.endsWith('.asc');
  if (hasKeyId && !isSealed) {
    return 'With a Key ID the data file is encrypted, and its name must end in .asc.';
  }
  if (!hasKeyId && isSealed) {
    return 'The name ends in .asc, so the data file is encrypted, and the key “keyId” must be there.';
  }
  return /\.(?:csv|json|ndjson|jsonl)$/i.test(name.replace(/\.asc$/, ''))
    ? undefined
    : 'The name must end in .csv, .json, .ndjson or .jsonl before .asc, so that the platform knows the format.';
}

function readType(root: ObjectNode, known: Known, problems: ProblemList): ImportType | undefined {
  const entry = known.type;
  if (!entry) {
    problems.error('TYPE', root.offset, 'The key “type” is missing: “event” or “profile”.');
    return undefined;
  }
  const text = entry.value.kind === 'string' ? entry.value.value.toLowerCase() : '';
  if (text === 'event' || text === 'profile') return text;
  problems.error('TYPE', entry.value.offset, 'The type must be “event” or “profile”.');
  return undefined;
}

function readClientEmail(
  root: ObjectNode,
  known: Known,
  problems: ProblemList,
): string | undefined {
  const entry = known.clientEmail;
  if (!entry) {
    const message = 'The key “clientEmail” is missing: the address that gets the platform’s mails.';
    problems.error('CLIENT_EMAIL', root.offset, message);
    return undefined;
  }
  const text = entry.value.kind === 'string' ? entry.value.value : '';
  if (isEmail(text)) return text;
  const message =
    entry.value.kind === 'string' && text.trim() === ''
      ? 'The e-mail address is empty. Fill in the one address that gets the platform’s mails.'
      : 'This is not an e-mail address. Write one address such as name@example.com and nothing else.';
  problems.error('CLIENT_EMAIL', entry.value.offset, message);
  return undefined;
}

function readKeyId(known: Known, problems: ProblemList): string | undefined {
  const entry = known.keyId;
  if (!entry) return undefined;
  const text = entry.value.kind === 'string' ? entry.value.value : '';
  if (UUID.test(text)) return text;
  const message = /^(?:0x)?[0-9a-f]{16,40}$/i.test(text)
    ? 'This is a key’s fingerprint. The Key ID is the UUID that the platform gave for the key set.'
    : 'The Key ID must be a UUID such as ec491319-9823-48cd-b6a1-6bb0bc666d75.';
  problems.error('KEY_ID', entry.value.offset, message);
  return undefined;
}
