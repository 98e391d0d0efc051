/** Small file systems, to fill them. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export function canMountTmpfs(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

const BLOCK_BYTES = 8 * 1024 * 1024;

/** A small file system, mounted over a folder, that can be filled and freed again. */
export class SmallDisk {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param folder is there; what it holds is hidden until `unmount` */
  static mount(folder: string, mib: number): SmallDisk {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m,mode=755`, 'tmpfs', folder]);
    return new SmallDisk(folder);
  }

  /** Leaves no more room than that, while others may write. */
  fill(leaveBytes: number): void {
    const block = Buffer.alloc(BLOCK_BYTES);
    const ballast = openSync(this.#ballast, 'w', 0o600);
    try {
      for (;;) {
        const { bavail, bsize } = statfsSync(this.#folder);
        const bytes = Math.min(bavail * bsize - leaveBytes, block.length);
        if (bytes <= 0) return;
        writeSync(ballast, block, 0, bytes);
      }
    } catch (error) {
      // Another took the last of it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(ballast);
    }
  }

  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  unmount(): void {
    execFileSync('umount', ['-l', this.#folder]);
  }

  get #ballast(): string {
    return join(this.#folder, '.ballast');
  }
}
