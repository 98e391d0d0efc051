/** Secure Data Storage (SDS) as the window and the command line see it: no secret, no key, no token. */
import type { ErrorView } from '../errors/index.ts';
import type { Permission } from './sds.ts';

/** A tenant of an SDS service, as it is kept under Connections. */
export interface SdsTenant {
  readonly id: string;
  readonly name: string;
  /** Base address; https, or http to this machine. */
  readonly url: string;
  /** The service's name for the tenant (X-COREOS-TID). */
  readonly tenant: string;
  readonly clientId: string;
  /** True for the tenant that Practice made. */
  readonly practice: boolean;
}

/** What the service asks of names of apps and vaults. */
export const SDS_NAME = /^[a-zA-Z0-9_-]{3,16}$/;
/** Sizes of the RSA keys that Sealift makes. */
export const APP_KEY_BITS = [2048, 3072, 4096] as const;
export type AppKeyBits = (typeof APP_KEY_BITS)[number];
/** Keys under this size are warned about. */
export const WEAK_KEY_BITS = 2048;

/** `rotating`: a new key was made, and it is not known yet whether the service has it. */
export type SdsAppState = 'new' | 'registered' | 'rotating';

/** An app with a key of this profile. The private half stays in the sealed key store. */
export interface SdsApp {
  readonly id: string;
  /** The `SdsTenant` it belongs to. */
  readonly tenantId: string;
  readonly name: string;
  /** `app:<uuid>`, where it is known: only reading its registration and rotating need it. */
  readonly appId?: string;
  readonly state: SdsAppState;
  readonly bits: number;
  /** Base64 of the DER SubjectPublicKeyInfo, as SDS wants it. */
  readonly publicKey: string;
  /** SHA-256 of the same DER, lower-case hex: what people compare. */
  readonly sha256: string;
  /** ISO 8601, of the current key. */
  readonly createdAt: string;
  /** Keys that were replaced, kept to open what was saved as it was received. */
  readonly archivedKeys: number;
}

/** How a reader gets content: as it was stored, or sealed to its key and opened here. */
export type ReadAccess = 'decrypted' | 'encrypted' | 'none';

export interface Access {
  readonly write: boolean;
  readonly read: ReadAccess;
}

export function accessOf(permission: Permission): Access {
  const read = permission[1] === '1' ? 'decrypted' : permission[2] === '1' ? 'encrypted' : 'none';
  return { write: permission[0] === '1', read };
}

/** Each permission in words, for lists and the editor of permissions. */
export const PERMISSION_WORDS: Readonly<Record<Permission, string>> = {
  '110': 'Write, and read what the service decrypts',
  '101': 'Write, and read encrypted to the app’s key',
  '100': 'Write only',
  '010': 'Read what the service decrypts',
  '001': 'Read encrypted to the app’s key',
  '000': 'Nothing',
};

/** A vault as an app sees it that owns it or may use it. */
export interface SdsVault {
  readonly id: string;
  readonly name: string;
  /** Name of the app that owns it. */
  readonly owner: string;
  /** Whether this app is its owner. */
  readonly isMine: boolean;
  /** This app's. */
  readonly permission: Permission;
  /** Records in one call, 1 to 50. */
  readonly readLimit: number;
  readonly uniqueData: boolean;
  readonly isEnabled: boolean;
  /** Whether it takes requests signed in strict mode only. */
  readonly isStrict: boolean;
}

export interface AppPermission {
  /** Name of the app. */
  readonly app: string;
  readonly permission: Permission;
}

/** What only its owner sees of a vault. */
export interface SdsVaultDetails extends SdsVault {
  readonly permissions: readonly AppPermission[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type VaultAction = 'read' | 'write' | 'configure';

/** Why this app may not do it, and who can change that: whole sentences; undefined where it may. */
export function whyNot(
  vault: Pick<SdsVault, 'name' | 'owner' | 'isMine' | 'permission' | 'isEnabled'>,
  action: VaultAction,
): string | undefined {
  const { name, owner, isMine, permission, isEnabled } = vault;
  if (action === 'configure') {
    return isMine
      ? undefined
      : `Only the owner of ${name} may see and change it: the app ${owner}.`;
  }
  const { read, write } = accessOf(permission);
  const lacks = action === 'write' ? !write : read === 'none';
  if (lacks) {
    const who = isMine
      ? 'As its owner you can give it'
      : `Its owner, the app ${owner}, can give it`;
    const wanted = action === 'write' ? '110, 101 or 100' : '110, 101, 010 or 001';
    return `This app has the permission ${permission} in ${name}, which does not allow to ${action}. ${who}: ${wanted}.`;
  }
  if (isEnabled) return undefined;
  const who = isMine
    ? 'As its owner you can enable it'
    : `Its owner, the app ${owner}, can enable it`;
  return `${name} is disabled. ${who}.`;
}

/** A record in a list: no content. */
export interface SdsRecord {
  readonly id: string;
  /** JSON text, cut after `META_SHOWN` characters; empty where there is none. */
  readonly meta: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export const META_SHOWN = 4_096;
/** Characters of a value that cross to the window; the rest is copied or exported. */
export const VALUE_SHOWN = 65_536;
/** JSON calls of SDS hold no more bytes. */
export const MAX_CALL_BYTES = 375 * 1024;

/** Where what is shown was decrypted. `decrypted-here` says no more than that: CBC shows no change. */
export type Badge = 'decrypted-here' | 'decrypted-by-server' | 'not-readable';

export type ValueKind = 'text' | 'json' | 'binary';

/** A record that was read and decrypted, without what it says. */
export interface OpenedRecord {
  readonly id: string;
  readonly badge: Badge;
  /** JSON text, whole. */
  readonly meta: string;
  /** Absent where it is not readable. */
  readonly kind?: ValueKind;
  readonly sizeBytes?: number;
  /** Why it is not readable, or could not be read. */
  readonly error?: ErrorView;
}

/** What a record says, in each view that fits it. */
export interface ShownValue {
  /** Strict UTF-8. */
  readonly text?: string;
  /** Indented; numbers and keys as they stand. */
  readonly json?: string;
  readonly hex: string;
  /** True when the views were cut. */
  readonly isCut: boolean;
}

export interface RevealedRecord extends OpenedRecord {
  readonly value?: ShownValue;
}

export interface FileTag {
  readonly key: string;
  readonly value: string;
}

export const MAX_TAGS = 50;
export type SdsFileType = 'FILE' | 'URL';
export type SdsFileStatus = 'PENDING' | 'COMPLETED' | 'FAILED';

export interface SdsFile {
  readonly id: string;
  readonly vault: string;
  readonly name: string;
  readonly type: SdsFileType;
  readonly description: string;
  readonly tags: readonly FileTag[];
  readonly status: SdsFileStatus;
  /** Absent where the service does not say it. */
  readonly sizeBytes?: number;
  readonly createdAt?: string;
}

export type TransferKind = 'upload' | 'download' | 'import' | 'export';
export type TransferState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** Long work with a vault. Each change raises `seq`. Ends with the program: nothing is half there. */
export interface Transfer {
  readonly id: string;
  readonly kind: TransferKind;
  /** The `SdsApp` for which it runs. */
  readonly app: string;
  readonly vault: string;
  /** Name of the file. */
  readonly title: string;
  readonly seq: number;
  readonly state: TransferState;
  readonly unit: 'bytes' | 'records';
  readonly done: number;
  readonly total?: number;
  /** Units a second over the last seconds. */
  readonly rate?: number;
  readonly startedAt: string;
  readonly result?: TransferResult;
  readonly error?: ErrorView;
}

export interface TransferResult {
  /** `file:<uuid>` of an upload. */
  readonly fileId?: string;
  /** SHA-256 of the bytes sent or saved, lower-case hex. */
  readonly sha256?: string;
  readonly badge?: Badge;
  /** Records that were written. */
  readonly written?: number;
  /** Records that could not be, by row number (import) or id (export), the first hundred. */
  readonly failures?: readonly { readonly at: string; readonly error: ErrorView }[];
  readonly failed?: number;
}
