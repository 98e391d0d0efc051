/** Deliveries that begin by themselves: when a file comes into a folder, or when the clock says so. */
import type { ErrorView } from '../errors/index.ts';
import type { ImportType } from './manifest.ts';

export type ScheduleTrigger =
  /** Each file that comes into the folder, once it has stopped growing. */
  | { readonly kind: 'watch' }
  /** Five fields of a cron line, by the clock of an IANA time zone. */
  | { readonly kind: 'cron'; readonly cron: string; readonly timeZone: string };

/** Where the columns of a manifest come from. */
export type ScheduleMapping =
  /** As the last time this header set was used, else guessed. */
  | { readonly kind: 'guess' }
  | { readonly kind: 'template'; readonly id: string }
  /** A manifest's text, of which only the file name is made anew. */
  | { readonly kind: 'manifest'; readonly text: string };

/** How the files of a schedule are sent: as a delivery of the wizard is. */
export interface ScheduleDelivery {
  readonly connectionId: string;
  readonly fingerprint: string;
  readonly keyId: string;
  readonly type: ImportType;
  readonly clientEmail: string;
  readonly mapping: ScheduleMapping;
  /** Rows that the platform would reject do not keep the file back. */
  readonly acceptRejected: boolean;
  readonly convert: boolean;
}

/** How one run ended: `nothing` when no file was there. */
export interface ScheduleRun {
  /** ISO 8601. */
  readonly at: string;
  /** For which moment of the clock; absent where a file or the user began it. */
  readonly due?: string | undefined;
  readonly outcome: 'delivered' | 'failed' | 'nothing';
  readonly delivered: number;
  readonly failed: number;
  /** The last failure, and of which file. */
  readonly file?: string | undefined;
  readonly error?: ErrorView | undefined;
}

export interface Schedule {
  readonly id: string;
  readonly name: string;
  /** Base name: paths stay with the main process. */
  readonly folderName: string;
  readonly pattern: string;
  readonly trigger: ScheduleTrigger;
  readonly delivery: ScheduleDelivery;
  readonly isOn: boolean;
  readonly isRunning: boolean;
  /** The next moment of the clock, ISO 8601. */
  readonly next?: string | undefined;
  /** Moments that passed while Sealift did not run, oldest first. */
  readonly missed: readonly string[];
  /** Its time came while the keys were locked: runs after the unlock. ISO 8601. */
  readonly waitingSince?: string | undefined;
  readonly lastRun?: ScheduleRun | undefined;
}

/** What the user is told of outside the window. */
export type ScheduleNews =
  | { readonly kind: 'ran'; readonly name: string; readonly run: ScheduleRun }
  | { readonly kind: 'missed'; readonly name: string; readonly count: number }
  | { readonly kind: 'waiting'; readonly name: string };
