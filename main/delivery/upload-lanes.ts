/**
 * The SFTP channels through which one file goes up. OpenSSH's sshd lets 2 MiB be on the way in one channel,
 * so over a long line one channel brings 2 MiB a round trip, however fast the line is. Several channels of
 * the one connection, each writing its own pieces of the same file, bring so many times as much.
 */
import type { SftpSession } from './sftp-session.ts';
import { WriteWindow } from './write-window.ts';

const WINDOW_BYTES = 2 * 1024 * 1024;
/** At the round trip for which one channel still brings 256 MiB/s. */
const ROUND_TRIP_OF_ONE_LANE_MS = 8;
/** sshd's default for MaxSessions is ten. */
const MOST_LANES = 8;

interface Lane {
  readonly session: SftpSession;
  readonly handle: Buffer;
}

export class UploadLanes {
  readonly #lanes: readonly [Lane, ...Lane[]];
  readonly #window: WriteWindow;
  readonly #pieceBytes: number;

  private constructor(lanes: readonly [Lane, ...Lane[]]) {
    this.#lanes = lanes;
    this.#window = new WriteWindow(WINDOW_BYTES, lanes.length);
    this.#pieceBytes = Math.min(...lanes.map(({ session }) => session.maxWriteBytes));
  }

  /**
   * As many lanes as the line is long and the file is large, or fewer where the server refuses them.
   * @param first the open file in the session's own channel
   */
  static async open(first: Lane, path: string, totalBytes: number): Promise<UploadLanes> {
    const wanted = lanesFor(first.session.roundTripMs, totalBytes);
    const further = await Promise.allSettled(
      Array.from({ length: wanted - 1 }, () => openLane(first.session, path)),
    );
    const opened = further.flatMap((lane) => (lane.status === 'fulfilled' ? [lane.value] : []));
    return new UploadLanes([first, ...opened]);
  }

  /** Bytes that go into one write. */
  get pieceBytes(): number {
    return this.#pieceBytes;
  }

  /** Resolves when one more piece may be written, with the lane for it; rejects with the first failure. */
  room(): Promise<number> {
    return this.#window.room();
  }

  /** The piece must stay as it is until `onAcknowledged`. */
  write(lane: number, piece: Buffer, offset: number, onAcknowledged: () => void): void {
    const { session, handle } = this.#lanes[lane] ?? this.#lanes[0];
    const written = session.write(handle, piece, offset).then(onAcknowledged);
    this.#window.add(lane, piece.length, written);
  }

  /** Resolves when every piece was acknowledged; rejects with the first failure. */
  drained(): Promise<void> {
    return this.#window.drained();
  }

  /** Closes the file in every lane, and the further channels. */
  async close(): Promise<void> {
    await Promise.all(this.#lanes.map(({ session, handle }) => session.closeHandle(handle)));
    this.#endFurther();
  }

  /**
   * Without waiting: what comes next in the first channel is answered after this. Some servers remove no
   * open file.
   */
  abandon(): void {
    for (const { session, handle } of this.#lanes) session.closeHandle(handle).catch(() => {});
    this.#endFurther();
  }

  #endFurther(): void {
    for (const { session } of this.#lanes.slice(1)) session.close();
  }
}

function lanesFor(roundTripMs: number, totalBytes: number): number {
  const forLine = Math.ceil(roundTripMs / ROUND_TRIP_OF_ONE_LANE_MS);
  const forFile = Math.ceil(totalBytes / WINDOW_BYTES);
  return Math.max(1, Math.min(forLine, forFile, MOST_LANES));
}

async function openLane(first: SftpSession, path: string): Promise<Lane> {
  const session = await first.another();
  try {
    return { session, handle: await session.openExisting(path) };
  } catch (error) {
    session.close();
    throw error;
  }
}
