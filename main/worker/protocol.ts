/** What main and its worker say to each other. Plain data, since it is cloned between processes. */
import type { FileFacts } from '../../shared/domain/data-file.ts';
import type { JobResult, PartOf, SendStep } from '../../shared/domain/job.ts';
import type { ErrorView } from '../../shared/errors/index.ts';
import type { SendPlan, SendSecrets } from '../jobs/send-job.ts';

/** A file by its path, under the name that the user knows. */
interface NamedPath {
  readonly path: string;
  readonly name: string;
}

/** A data file, and whether the user agreed that it is converted. */
export interface DataSource extends NamedPath {
  readonly convert: boolean;
}

export interface CheckInput extends DataSource {
  readonly manifestText: string;
}

/** A check whose failing rows go into a file. */
export interface FailedRowsInput extends CheckInput {
  readonly outputPath: string;
}

export interface SendInput {
  readonly plan: SendPlan;
  readonly secrets: SendSecrets;
  /** An earlier attempt may have given the data file its final name. */
  readonly dataMayBeOurs: boolean;
}

export interface OpenEnvelopesInput {
  /** PKCS#8. */
  readonly privateKeyDer: Uint8Array;
  readonly envelopes: readonly string[];
  /** What came out of the decryption, instead of the bytes that it encodes. */
  readonly raw: boolean;
}

/** The tasks that the worker knows: what goes in and what comes out. */
export interface Tasks {
  readonly inspect: { input: DataSource; output: FileFacts };
  readonly check: { input: CheckInput; output: JobResult };
  readonly 'failed-rows': { input: FailedRowsInput; output: JobResult };
  readonly send: { input: SendInput; output: JobResult };
  /** null for an envelope that cannot be opened. */
  readonly 'sds-open': {
    input: OpenEnvelopesInput;
    output: readonly (Uint8Array | null)[];
  };
}
export type TaskName = keyof Tasks;

export type ToWorker =
  | { [N in TaskName]: { type: 'run'; id: string; task: N; input: Tasks[N]['input'] } }[TaskName]
  /** `reason`: that of the signal, where it is a word. */
  | { readonly type: 'cancel'; readonly id: string; readonly reason?: string }
  /** How fast files may go out from now on, in bytes a second; 0: no limit. */
  | { readonly type: 'limit'; readonly bytesPerSecond: number }
  /** Main has journaled the step; the work may take it. */
  | { readonly type: 'step-noted'; readonly id: string };

export type FromWorker =
  | {
      readonly type: 'step';
      readonly id: string;
      readonly step: SendStep;
      readonly part?: PartOf;
    }
  | {
      readonly type: 'progress';
      readonly id: string;
      readonly done: number;
      readonly total?: number;
    }
  | { readonly type: 'done'; readonly id: string; readonly output: Tasks[TaskName]['output'] }
  | { readonly type: 'failed'; readonly id: string; readonly error: ErrorView }
  /** Not one of our errors: the stack without the message, which might quote data. */
  | { readonly type: 'fault'; readonly id: string; readonly stack: string };
