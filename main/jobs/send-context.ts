/** What the steps of the send pipeline are given and hand on. */
import type { FileFacts } from '../../shared/domain/data-file.ts';
import type { PartOf, SendStep } from '../../shared/domain/job.ts';
import type { CheckReport } from '../../shared/domain/problem.ts';
import type { RateLimit } from '../delivery/rate-limit.ts';
import type { SourceStamp } from './source-stamp.ts';

export interface SendContext {
  /** With the reason `PAUSE` what is sealed and sent stays for when the delivery goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Of all that goes out of this process. */
  readonly limit?: RateLimit | undefined;
  /** An earlier attempt under these names may have been broken after the data file took its final name. */
  readonly dataMayBeOurs?: boolean;
  /** The step is taken when this has resolved. `part` where a file goes in several. */
  readonly onStep: (step: SendStep, part?: PartOf) => void | Promise<void>;
  /** The verdict on all rows is there, good or bad. Not told where the caller brought it. */
  readonly onChecked?: (report: CheckReport) => void;
  /** Bytes done, of `total` where that is known. */
  readonly onProgress: (progress: {
    readonly step: SendStep;
    readonly done: number;
    readonly total?: number;
  }) => void;
}

/** A source file whose every row was read, and how the file looked then. */
export interface CheckedSource {
  readonly report: CheckReport;
  readonly facts: FileFacts;
  readonly stamp: SourceStamp;
}
