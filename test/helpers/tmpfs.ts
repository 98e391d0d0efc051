/** Whether a small file system can be made here, to fill it. */
import { execFileSync } from 'node:child_process';

export function canMountTmpfs(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}
