/** Long work as the window and the CLI see it: jobs, their progress, and the receipt of a delivery. */
import type { ErrorView } from '../errors/index.ts';
import type { CheckReport } from './problem.ts';

/** `failed-rows` writes the rows that a check found wanting into a file of the user's. */
export type JobKind = 'check' | 'failed-rows' | 'send';

/**
 * `waiting`: the last attempt failed in a way that may pass, and the next one begins by itself.
 * `paused`: the user stopped it for now. `interrupted`: the program ended while the job ran; it can be sent again or
 * discarded.
 */
export const JOB_STATES = [
  'queued',
  'running',
  'waiting',
  'paused',
  'done',
  'failed',
  'cancelled',
  'interrupted',
] as const;
export type JobState = (typeof JOB_STATES)[number];

export const SEND_STEPS = ['check', 'seal', 'send', 'confirm'] as const;
export type SendStep = (typeof SEND_STEPS)[number];

/** The `number`th of `count`, from 1: which part of a split file is under way, or a place in the queue. */
export interface PartOf {
  readonly number: number;
  readonly count: number;
}

/** A file as it arrived. */
export interface DeliveredFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** SHA-256 of the bytes as sent, lower-case hex. */
  readonly sha256: string;
}

/** One sealed file with its manifest; a data file whose sealed form would be too large goes in several. */
export interface DeliveredPart {
  readonly rows: number;
  /** Of the part before it was sealed, with the header or the brackets that it repeats. */
  readonly plainBytes: number;
  readonly plainSha256: string;
  readonly data: DeliveredFile;
  readonly manifest: DeliveredFile;
}

/** What became of one data file. Written once, when the last manifest has its final name. */
export interface Receipt {
  readonly id: string;
  readonly sourceName: string;
  /** Of what was sealed: the plain file, or the text to which it was converted. */
  readonly plainBytes: number;
  /** SHA-256 of the same, lower-case hex. */
  readonly plainSha256: string;
  readonly rows: number;
  /** In the order of the file; one when it was not split. */
  readonly parts: readonly DeliveredPart[];
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
  /** While the parts of a split file are sent, and after one of them failed. */
  readonly part?: PartOf;
  /** Bytes of the step's work done, of `total` when that is known. */
  readonly done: number;
  readonly total?: number;
  /** Bytes a second over the last seconds. */
  readonly rate?: number;
  readonly createdAt: string;
  readonly finishedAt?: string;
  readonly result?: JobResult;
  /** Why it failed, or why its last attempt did. */
  readonly error?: ErrorView;
  /** When the next attempt begins (ISO 8601), while it waits for that. */
  readonly retryAt?: string;
  /** Of a queued delivery: its place in the queue, from 1, of so many. */
  readonly place?: PartOf;
}
