/** Ids as they stand in paths: `app:<uuid>`, `vault:<uuid>`, `data:<uuid>`, `file:<uuid>`. */
import { randomBytes } from 'node:crypto';

export type IdKind = 'app' | 'vault' | 'data' | 'file';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

export function idPattern(kind: IdKind): RegExp {
  return new RegExp(`^${kind}:${UUID}$`);
}

export function formatId<K extends IdKind>(kind: K, uuid: string): `${K}:${string}` {
  return `${kind}:${uuid}`;
}

/** @param id of a form that was checked */
export function uuidOf(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}

let lastMs = 0;

/**
 * UUID version 7 (RFC 9562, 5.7): later ones sort behind, so that a list can go on where it stopped.
 * Those of one process sort in the order in which they were made: within a millisecond the time runs ahead.
 */
export function timeOrderedUuid(nowMs = Date.now()): string {
  lastMs = Math.max(nowMs, lastMs + 1);
  const bytes = randomBytes(16);
  bytes.writeUIntBE(lastMs, 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
