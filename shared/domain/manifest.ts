/**
 * The import manifest and the names the wire knows (spec: "Manifest", "Values", "Rows").
 * Types and name lists only: each side has its own reader and its own rules.
 */

export type ImportType = 'event' | 'profile';

/** Data types as written in a manifest; read in any case. */
export const DATA_TYPES = ['STRING', 'INTEGER', 'LONG', 'FLOAT', 'BOOLEAN', 'DATE'] as const;
export type DataType = (typeof DATA_TYPES)[number];

/** Date formats a DATE column may name. `UNIX` is epoch seconds. */
export const DATE_FORMATS = [
  'dd/MM/yyyy',
  'MM/dd/yyyy',
  'yyyy/dd/MM',
  'yyyy/MM/dd',
  'dd MMM yyyy',
  'dd/MM/yyyy HH:mm:ss',
  'MM/dd/yyyy HH:mm:ss',
  'yyyy/dd/MM HH:mm:ss',
  'yyyy/MM/dd HH:mm:ss',
  'dd MMM yyyy HH:mm:ss',
  'UNIX',
] as const;
export type DateFormat = (typeof DATE_FORMATS)[number];

/** How one source column is read. An absent `ctName` means the header's own name, an absent type STRING. */
export interface ManifestColumn {
  readonly ctName?: string;
  readonly dataType?: DataType;
  readonly dateFormat?: DateFormat;
}

export interface Manifest {
  /** Base name of the data file; ends in `.asc` exactly when `keyId` is present. */
  readonly fileName: string;
  readonly type: ImportType;
  readonly clientEmail: string;
  /** UUID of the key set on the platform. */
  readonly keyId?: string;
  /** Source header → reading. Absent: every header under its own name as STRING. */
  readonly columns?: Readonly<Record<string, ManifestColumn>>;
}

/** Targets of which a row needs at least one that is not blank. */
export const IDENTITY_TARGETS = ['identity', 'objectId', 'guid', 'fbid', 'fbId', 'gpId'] as const;

/** Identity values the platform refuses, trimmed and in any case. */
export const REFUSED_IDENTITIES = [
  'undefined',
  'null',
  'na',
  'n/a',
  '0',
  'nil',
  '-1',
  'infinity',
  '-infinity',
  'inf',
  '-inf',
  'nan',
  '-nan',
  'empty',
  'xxxxxx',
  'none',
] as const;

/** Event names an import may not use. */
export const SYSTEM_EVENTS = [
  'App Launched',
  'App Installed',
  'App Uninstalled',
  'App Updated',
  'Notification Sent',
  'Notification Viewed',
  'Notification Clicked',
  'Notification Delivered',
  'UTM Visited',
  'Session Started',
  'Session Concluded',
  'Push Impressions',
  'Reply Sent',
  'Email Opened',
  'Email Clicked',
  'Email Bounced',
] as const;

/** Profile fields with a meaning of their own; reserved in any case, written so. */
export const PROFILE_FIELDS = [
  'Name',
  'Email',
  'Phone',
  'Gender',
  'DOB',
  'Age',
  'Married',
  'MSG-sms',
  'MSG-email',
  'MSG-whatsapp',
  'MSG-push',
  'MSG-dndSMS',
  'MSG-dndEmail',
  'MSG-dndWhatsApp',
] as const;

/** Values of a `<source header>.operation` column. */
export const PROFILE_OPERATIONS = ['$add', '$remove', '$set', '$delete'] as const;

/** Characters a property name should not hold (a warning). */
export const DISCOURAGED_NAME_CHARACTERS = '%><!|&.:;$\'"\\#';

export const LIMITS = {
  /** A sealed file must be smaller than this. */
  sealedBytes: 1_000_000_000,
  /** Opened data of one part. */
  openedBytes: 5_000_000_000,
  recordBytes: 16 * 1024 * 1024,
  manifestBytes: 1024 * 1024,
  manifestDepth: 8,
  identityCharacters: 1024,
  eventProperties: 100,
} as const;

/** What the limit of a sealed file may be set to: below the least, keys and framing leave no room for rows. */
export const SEALED_LIMIT_RANGE = { least: 4096, most: 1_000_000_000_000 } as const;
