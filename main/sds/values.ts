/** What a stored value is, and how it is shown: text, JSON, bytes. */
import { isUtf8 } from 'node:buffer';
import type { ShownValue, ValueKind } from '../../shared/domain/vault.ts';
import { MAX_CALL_BYTES, VALUE_SHOWN } from '../../shared/domain/vault.ts';
import { AppError } from '../../shared/errors/index.ts';
import { decodeBase64 } from './base64.ts';

// eslint-disable-next-line no-control-regex -- control characters are what makes bytes of text
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
const INDENT = '  ';

/** Of a value as the user gives it. */
export type ValueForm = 'text' | 'base64';

/** @returns undefined for bytes that are not UTF-8 or not meant to be read */
export function textOf(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = Buffer.from(bytes).toString('utf8');
  return CONTROL.test(text) ? undefined : text;
}

export function kindOf(bytes: Uint8Array): ValueKind {
  const text = textOf(bytes);
  if (text === undefined) return 'binary';
  return isJsonTree(text) ? 'json' : 'text';
}

/** Each view that fits the bytes, cut to what a window takes. */
export function shownValue(bytes: Uint8Array): ShownValue {
  const text = textOf(bytes);
  const isJson = text !== undefined && isJsonTree(text);
  const json = isJson ? indentJson(text) : undefined;
  return {
    ...(text !== undefined && { text: cut(text) }),
    ...(json !== undefined && { json: cut(json) }),
    hex: Buffer.from(bytes.subarray(0, VALUE_SHOWN / 2)).toString('hex'),
    isCut: bytes.length > VALUE_SHOWN / 2 || (json?.length ?? 0) > VALUE_SHOWN,
  };
}

/**
 * The base64 that is stored for a value.
 * @throws AppError SDS_VALUE_NOT_BASE64
 */
export function storedForm(form: ValueForm, content: string): string {
  if (form === 'text') return Buffer.from(content, 'utf8').toString('base64');
  if (decodeBase64(content) === undefined) throw new AppError('SDS_VALUE_NOT_BASE64');
  return content;
}

/** @param text empty: none @throws AppError SDS_META_INVALID */
export function parseMeta(text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AppError('SDS_META_INVALID', {}, { cause });
  }
}

/** Before it goes out: a body that is refused unread costs the connection. @throws AppError SDS_VALUE_TOO_LARGE */
export function requireFits(record: object): void {
  const sizeBytes = Buffer.byteLength(JSON.stringify(record));
  if (sizeBytes > MAX_CALL_BYTES) {
    throw new AppError('SDS_VALUE_TOO_LARGE', { sizeBytes, limitBytes: MAX_CALL_BYTES });
  }
}

/** @param meta as parsed @returns JSON text; empty for none */
export function metaText(meta: unknown): string {
  return meta === undefined || meta === null ? '' : JSON.stringify(meta);
}

function cut(text: string): string {
  return text.length > VALUE_SHOWN ? text.slice(0, VALUE_SHOWN) : text;
}

/** An object or a list: a number alone is text to whoever reads it. */
function isJsonTree(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Indents valid JSON token by token: numbers, escapes and the order of keys stay as they are written. */
export function indentJson(text: string): string {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g) ?? [];
  let depth = 0;
  let output = '';
  tokens.forEach((token, index) => {
    const next = tokens[index + 1];
    const line = (levels: number) => `\n${INDENT.repeat(levels)}`;
    if (token === '{' || token === '[') {
      const isEmpty = next === '}' || next === ']';
      depth += 1;
      output += isEmpty ? token : token + line(depth);
    } else if (token === '}' || token === ']') {
      const wasOpened = tokens[index - 1] === '{' || tokens[index - 1] === '[';
      depth -= 1;
      output += wasOpened ? token : line(depth) + token;
    } else if (token === ',') output += `,${line(depth)}`;
    else output += token === ':' ? ': ' : token;
  });
  return output;
}
