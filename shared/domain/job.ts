/** Long work as the window and the CLI see it: jobs, their progress, and the receipt of a delivery. */
import type { ErrorView } from '../errors/index.ts';
import type { CheckReport } from './problem.ts';

/** `failed-rows` writes the rows that a check found wanting into a file of the user's. */
export type JobKind = 'check' | 'failed-rows' | 'send';

/** `interrupted`: the program ended while the job ran; it can be sent again or discarded. */
export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted';

export const SEND_STEPS = ['check', 'seal', 'send', 'confirm'] as const;
export type SendStep = (typeof SEND_STEPS)[number];

/** A file as it arrived. */
export interface DeliveredFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** SHA-256 of the bytes as sent, lower-case hex. */
  readonly sha256: string;
}

/** What became of one data file. Written once, when the manifest has its final name. */
export interface Receipt {
  readonly id: string;
  readonly sourceName: string;
  /** Of what was sealed: the plain file, or the text to which it was converted. */
  readonly plainBytes: number;
  /** SHA-256 of the same, lower-case hex. */
  readonly plainSha256: string;
  readonly rows: number;
  readonly data: DeliveredFile;
  readonly manifest: DeliveredFile;
  readonly keyId: string;
  readonly recipientFingerprint: string;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly directory: string;
  readonly hostKeySha256: string;
  readonly startedAt: string;
  readonly finishedAt: string;
}

export type JobResult =
  | { readonly kind: 'check'; readonly report: CheckReport }
  | { readonly kind: 'failed-rows'; readonly rows: number; readonly savedAs: string }
  | { readonly kind: 'send'; readonly receipt: Receipt };

/** One job, whole. Each change raises `seq`; a late subscriber takes the list, then events by rising `seq`. */
export interface Job {
  readonly id: string;
  readonly kind: JobKind;
  /** The data file's name. */
  readonly title: string;
  /** Where it goes: the connection's name; empty for what stays here. */
  readonly destination: string;
  readonly seq: number;
  readonly state: JobState;
  readonly step?: SendStep;
  /** Bytes of the step's work done, of `total` when that is known. */
  readonly done: number;
  readonly total?: number;
  /** Bytes a second over the last seconds. */
  readonly rate?: number;
  readonly createdAt: string;
  readonly finishedAt?: string;
  readonly result?: JobResult;
  readonly error?: ErrorView;
}
