/** What is counted of files on their way; who counts them is elsewhere. */
export type Transfer = 'upload' | 'download';

/** A download that was broken off by its client has failed, too. */
export type TransferOutcome = 'completed' | 'failed';

export interface TransferTally {
  moved(transfer: Transfer, bytes: number): void;
  ended(transfer: Transfer, outcome: TransferOutcome): void;
}
