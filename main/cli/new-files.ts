/** Small new files: keys and certificates. All of one command come into being together, or none does. */
import { rm } from 'node:fs/promises';
import { OutputFile } from '../seal/output-file.ts';

export interface NewFile {
  readonly path: string;
  /** Permission bits: 0o600 for whatever is secret. */
  readonly mode: number;
}

export class NewFiles {
  readonly #open: { readonly path: string; readonly output: OutputFile }[] = [];
  readonly #named: string[] = [];

  /**
   * Opens every file as `NAME.part`, so that what cannot be written is known before any work is done.
   * @throws AppError FILE_EXISTS and the others of `OutputFile.create`
   */
  static async open(wanted: readonly NewFile[]): Promise<NewFiles> {
    const files = new NewFiles();
    try {
      for (const { path, mode } of wanted) {
        const output = await OutputFile.create(path, { overwrite: false, mode });
        files.#open.push({ path, output });
      }
      return files;
    } catch (error) {
      await files.discard();
      throw error;
    }
  }

  /** @param texts one for each file, in the order in which they were opened */
  async write(texts: readonly string[]): Promise<void> {
    for (const [index, { output }] of this.#open.entries()) {
      await output.write(Buffer.from(texts[index] ?? '', 'utf8'));
    }
  }

  /** Gives the files their names. After a failure, call `discard`. */
  async commit(): Promise<void> {
    for (const { path, output } of this.#open) {
      await output.commit();
      this.#named.push(path);
    }
  }

  /** Removes what was written, files that have their names included. Never throws. */
  async discard(): Promise<void> {
    for (const { output } of this.#open) await output.discard();
    for (const path of this.#named) await rm(path, { force: true }).catch(() => undefined);
  }
}

/**
 * Writes one new file; one that is there already stays as it is.
 * @throws AppError FILE_EXISTS, FILE_NOT_WRITABLE, DISK_FULL
 */
export async function writeNewFile(path: string, text: string, mode: number): Promise<void> {
  const files = await NewFiles.open([{ path, mode }]);
  try {
    await files.write([text]);
    await files.commit();
  } catch (error) {
    await files.discard();
    throw error;
  }
}
