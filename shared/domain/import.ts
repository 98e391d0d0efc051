/** What a Sealift server tells of an import, and of the mail it sent (spec: "Console API"). */
import type { ImportType } from './manifest.ts';
import type { FileCode, RowCode, Severity } from './problem.ts';

export type ImportStatus = 'picked-up' | 'processing' | 'imported' | 'partly-imported' | 'failed';

export interface ImportProblem {
  readonly code: RowCode | FileCode;
  readonly severity: Severity;
  readonly column?: string;
  readonly row?: number;
  readonly line?: number;
  readonly value?: string;
  readonly count: number;
  readonly message: string;
}

export interface ImportRecord {
  readonly id: string;
  /** The manifest's file name. */
  readonly manifest: string;
  readonly fileName: string;
  readonly type: ImportType | null;
  readonly status: ImportStatus;
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly problems: readonly ImportProblem[];
  readonly receivedAt: string;
  readonly finishedAt: string | null;
}

export interface Mail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly receivedAt: string;
  /** Plain text body; absent in lists. */
  readonly text?: string;
}

/** What an entry of an account's activity log is about. */
export const ACTIVITY_KINDS = [
  'picked-up',
  'duplicate',
  'verdict',
  'mail',
  'webhook',
  'source',
  'account',
] as const;
export type ActivityKind = (typeof ACTIVITY_KINDS)[number];

/** One thing that a Sealift server saw or did for an account. */
export interface ActivityEntry {
  readonly id: number;
  /** ISO 8601. */
  readonly at: string;
  readonly kind: ActivityKind;
  /** Whether it went wrong. */
  readonly problem: boolean;
  readonly importId: string | null;
  /** A sentence that names files, addresses and codes; never a cell's value. */
  readonly message: string;
}

/** The one line of JSON that `sealift server` prints when it is ready. */
export interface ServerReady {
  readonly http: string;
  readonly sftp: { readonly host: string; readonly port: number; readonly hostKeySha256: string };
  readonly smtp: { readonly host: string; readonly port: number };
  readonly account: string;
  readonly sds: {
    readonly tenant: string;
    readonly clientId: string;
    /** Only with `--print-secrets`. */
    readonly clientSecret?: string;
  };
  /** A 0600 JSON file with `adminToken` and `sds`: `{tenant, clientId, clientSecret}`. */
  readonly credentialsFile: string;
  /** Only with `--print-secrets`. */
  readonly adminToken?: string;
}
