/** The far side of a delivery as the harness sees it: a server behind a line, and what has arrived there. */
import type { SmallDisk } from '../helpers/tmpfs.ts';
import type { TcpProxy } from '../helpers/tcp-proxy.ts';
import type { ServerName } from './plan.ts';

export interface DropOff {
  readonly name: ServerName;
  readonly proxy: TcpProxy;
  /** Where it keeps what arrives; undefined: it cannot be filled here. */
  readonly disk: SmallDisk | undefined;
  /** Makes room for the delivery, where it needs any. */
  prepare(delivery: string): Promise<void>;
  /** Arguments of `sealift send`: where to, how to log in, for whom. */
  sendArgs(delivery: string): string[];
  /** SIGKILL, its sessions too. */
  kill(): Promise<void>;
  /** Starts it unless it runs. @returns whether it had ended */
  ensureUp(): Promise<boolean>;
  /**
   * What has become of the delivery, when nothing is under way any more.
   * @param parts how many must have come, as far as that is known
   */
  arrival(delivery: string, parts: number): Promise<Arrival>;
  stop(): Promise<void>;
}

export interface Arrival {
  /** The `note` of every row that was taken, or lies under final names and can be opened. */
  readonly notes: readonly string[];
  /** Final names of the data files that arrived, each with its manifest. */
  readonly dataNames: readonly string[];
  /** What must never be: half files, manifests without data, imports that failed. */
  readonly faults: readonly string[];
  /** Files of this delivery that nobody needs any more. */
  readonly leftovers: readonly string[];
}

/** Of a delivery's files, whichever of their forms: `d7.csv.asc`, `.d7.csv.asc.0badcafe.sealift-part`. */
export function isOf(delivery: string, fileName: string): boolean {
  return new RegExp(`^\\.?${delivery}[.-]`).test(fileName);
}
