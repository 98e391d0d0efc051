/** The process's own streams as the commands' `Terminal`. */
import { writeError } from '../platform/file-errors.ts';
import { readHiddenLine, readLine } from './prompt.ts';
import { ProgressLine } from './progress.ts';
import type { Terminal } from './outcome.ts';
import { visible } from './visible.ts';

export class ProcessTerminal implements Terminal {
  readonly #progress = new ProgressLine(process.stderr);

  note(line: string): void {
    this.endProgress();
    process.stderr.write(`${line.split('\n').map(visible).join('\n')}\n`);
  }

  progress(label: string, done: number, total?: number): void {
    this.#progress.update(label, done, total);
  }

  endProgress(): void {
    this.#progress.clear();
  }

  async ask(question: string, signal: AbortSignal): Promise<string | undefined> {
    if (!process.stdin.isTTY) return undefined;
    this.endProgress();
    return readLine(process.stdin, process.stderr, question, signal);
  }

  async askHidden(question: string, signal: AbortSignal): Promise<string | undefined> {
    if (!process.stdin.isTTY) return undefined;
    this.endProgress();
    return readHiddenLine(process.stdin, process.stderr, question, signal);
  }
}

/**
 * Resolves when it was handed to the system.
 * @throws AppError DISK_FULL, FILE_NOT_WRITABLE; its cause is EPIPE when the reader is gone
 */
export function writeToStdout(text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error) reject(writeError('standard output', error));
      else resolve();
    });
  });
}
