/** What a bench and the worker process that it drives say to each other. Plain data. */
import type { SendPlan, SendSecrets } from '../../../main/jobs/send-job.ts';
import type { Recipient } from '../../../main/keys/recipient.ts';
import type { Compression } from '../../../main/seal/seal.ts';

interface Files {
  readonly inputPath: string;
  readonly outputPath: string;
}

/** The work that a bench can ask for, by name. Others are added here and in worker.ts. */
export interface Work {
  /** Nothing: the process is there, and warm. */
  readonly idle: object;
  readonly seal: Files & { readonly recipient: Recipient; readonly compress: Compression };
  /** As a delivery seals: cut into parts that stay under the limit. */
  readonly 'seal-parts': Work['seal'] & { readonly limitBytes: number };
  /** Every row checked, nothing sealed. */
  readonly check: { readonly plan: SendPlan };
  /** As a delivery does both, in one pass. */
  readonly 'check-seal': Work['check'];
  /** So many bytes of memory, under a temporary name, over a connection made for it. */
  readonly send: {
    readonly target: SendPlan['target'];
    readonly hostKey: SendPlan['hostKey'];
    readonly secrets: SendSecrets;
    readonly bytes: number;
  };
  /** A delivery as the app and the CLI make it. */
  readonly deliver: { readonly plan: SendPlan; readonly secrets: SendSecrets };
  readonly open: Files & { readonly privateArmored: string; readonly passphrase: string };
}
export type WorkName = keyof Work;

export type ToWorker = {
  [N in WorkName]: { readonly name: N; readonly input: Work[N] };
}[WorkName];

export interface FromWorker {
  readonly pid: number;
  readonly seconds: number;
  /** User and system, of all threads of the process. */
  readonly cpuSeconds: number;
  /** What went wrong, if anything did. */
  readonly error?: string;
}
