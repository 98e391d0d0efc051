/** Secure Data Storage (SDS): what both sides of the wire call things. */

/** Three digits: write, read decrypted, read encrypted. 111 and 011 do not exist. */
export const PERMISSIONS = ['110', '101', '100', '010', '001', '000'] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const SDS_BASE = '/core/api/v1/sds';
export const SDS_TOKEN_PATH = '/core/api/v1/aaa/auth/client-credentials';

/** Every reason for a refusal: its number is the last four of an error code's twelve digits. */
export const SDS_FAILURES = {
  HEADER_INVALID: { unique: '0001', status: 400 },
  REQUEST_INVALID: { unique: '0002', status: 400 },
  READ_LIMIT: { unique: '0003', status: 400 },
  KEY_INVALID: { unique: '0004', status: 400 },
  PROOF_INVALID: { unique: '0005', status: 400 },
  CLIENT_INVALID: { unique: '0101', status: 401 },
  TOKEN_INVALID: { unique: '0102', status: 401 },
  TENANT_INVALID: { unique: '0103', status: 401 },
  SIGNATURE_INVALID: { unique: '0104', status: 401 },
  STRICT_NEEDED: { unique: '0105', status: 401 },
  TIME_OFF: { unique: '0106', status: 401 },
  REPLAYED: { unique: '0107', status: 401 },
  FORBIDDEN: { unique: '0201', status: 403 },
  VAULT_DISABLED: { unique: '0202', status: 403 },
  LINK_INVALID: { unique: '0203', status: 403 },
  NOT_FOUND: { unique: '0301', status: 404 },
  NO_SUCH_CALL: { unique: '0302', status: 404 },
  NAME_TAKEN: { unique: '0401', status: 409 },
  DATA_NOT_UNIQUE: { unique: '0402', status: 409 },
  VAULT_NOT_EMPTY: { unique: '0403', status: 409 },
  KEY_CHANGED: { unique: '0404', status: 409 },
  FILE_PENDING: { unique: '0405', status: 409 },
  FILE_FAILED: { unique: '0406', status: 409 },
  BODY_TOO_LARGE: { unique: '0501', status: 413 },
  JSON_NEEDED: { unique: '0502', status: 415 },
  HEADERS_TOO_LARGE: { unique: '0503', status: 431 },
  BAD_HTTP: { unique: '0504', status: 400 },
  UPLOAD_BROKEN: { unique: '0505', status: 400 },
  UPLOAD_STALLED: { unique: '0506', status: 408 },
  RANGE_INVALID: { unique: '0507', status: 416 },
  TOO_MANY_REQUESTS: { unique: '0601', status: 429 },
  BUSY: { unique: '0602', status: 503 },
  STORAGE_FULL: { unique: '0603', status: 507 },
  INTERNAL: { unique: '0901', status: 500 },
} as const;
export type SdsFailureKind = keyof typeof SDS_FAILURES;

export const FILE_TYPES = ['FILE', 'URL'] as const;
export type FileType = (typeof FILE_TYPES)[number];
export const FILE_STATUSES = ['PENDING', 'COMPLETED', 'FAILED'] as const;
export type FileStatus = (typeof FILE_STATUSES)[number];

/** What was asked, in every answer. */
export interface SdsRequest {
  /** The caller's X-COREOS-REQUEST-ID. */
  readonly id: string;
  readonly uri: string;
  /** ISO 8601. */
  readonly timestamp: string;
}

export interface SdsError {
  /** Twelve digits: service, method, reason. */
  readonly code: string;
  readonly description: string;
  readonly additionalInfo: Readonly<Record<string, unknown>>;
  /** The HTTP status once more. */
  readonly status: number;
}
