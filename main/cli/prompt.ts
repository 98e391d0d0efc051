/** Asks on the terminal. A passphrase that is typed is neither echoed nor kept anywhere but in the answer. */
import { createInterface } from 'node:readline';
import { StringDecoder } from 'node:string_decoder';
import type { ReadStream } from 'node:tty';
import { AppError } from '../../shared/errors/index.ts';

const KEYS = { interrupt: '\u0003', endOfInput: '\u0004', eraseLine: '\u0015' } as const;
const ERASE = new Set(['\b', '\u007f']);
const ENTER = new Set(['\r', '\n']);

/**
 * Reads one line in raw mode, so that nothing is echoed.
 * @throws AppError CANCELLED on Ctrl-C, on Ctrl-D at the start, or when `signal` aborts
 */
export async function readHiddenLine(
  input: ReadStream,
  output: NodeJS.WritableStream,
  question: string,
  signal: AbortSignal,
): Promise<string> {
  if (signal.aborted) throw new AppError('CANCELLED');
  const line = new HiddenLine();
  const decoder = new StringDecoder('utf8');
  // Before the question: a quick answer must not be echoed either.
  input.setRawMode(true);
  output.write(question);
  try {
    return await new Promise<string>((resolve, reject) => {
      const stop = () => {
        reject(new AppError('CANCELLED'));
      };
      signal.addEventListener('abort', stop, { once: true });
      input.once('end', stop);
      input.on('data', (chunk: Buffer) => {
        const ended = line.type(decoder.write(chunk));
        if (ended === 'entered') resolve(line.text);
        else if (ended === 'cancelled') stop();
      });
      input.resume();
    });
  } finally {
    input.removeAllListeners('data');
    input.setRawMode(false);
    input.pause();
    output.write('\n');
  }
}

/**
 * Reads one line that may be seen. The terminal itself does the editing.
 * @throws AppError CANCELLED on Ctrl-D, or when `signal` aborts, as it does on Ctrl-C
 */
export async function readLine(
  input: ReadStream,
  output: NodeJS.WritableStream,
  question: string,
  signal: AbortSignal,
): Promise<string> {
  if (signal.aborted) throw new AppError('CANCELLED');
  const lines = createInterface({ input, terminal: false });
  output.write(question);
  try {
    return await new Promise<string>((resolve, reject) => {
      const stop = () => {
        reject(new AppError('CANCELLED'));
      };
      signal.addEventListener('abort', stop, { once: true });
      lines.once('line', resolve);
      lines.once('close', stop);
    });
  } finally {
    lines.close();
    input.pause();
  }
}

/** The line as typed so far, with the editing keys that a terminal user expects. */
export class HiddenLine {
  #characters: string[] = [];

  get text(): string {
    return this.#characters.join('');
  }

  /** Takes what was typed; tells when the line is finished. What follows the end is dropped. */
  type(typed: string): 'entered' | 'cancelled' | undefined {
    for (const character of typed) {
      if (ENTER.has(character)) return 'entered';
      if (character === KEYS.interrupt) return 'cancelled';
      if (character === KEYS.endOfInput && this.#characters.length === 0) return 'cancelled';
      if (character === KEYS.eraseLine) this.#characters = [];
      else if (ERASE.has(character)) this.#characters.pop();
      else if (character >= ' ') this.#characters.push(character);
    }
    return undefined;
  }
}
