/** The rows that were refused, as they were sent, with a last column that says why. Sealed at rest. */
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SealedFileWriter, readSealedFile } from '../crypto/sealed-file.ts';
import type { Sealer } from '../crypto/sealer.ts';
import type { RowProblem } from './row-builder.ts';

const REASON_HEADER = 'Failure Description';

export class FailedRows {
  readonly #folder: string;
  readonly #sealer: Sealer;

  constructor(folder: string, sealer: Sealer) {
    this.#folder = folder;
    this.#sealer = sealer;
  }

  /** Starts the file of an import anew. */
  async start(importId: string, header: readonly string[]): Promise<FailedRowsWriter> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const file = await SealedFileWriter.create(
      this.#path(importId),
      this.#sealer,
      'failed-rows',
      importId,
    );
    await file.write(csvLine([...header, REASON_HEADER]));
    return new FailedRowsWriter(file, header.length);
  }

  async has(importId: string): Promise<boolean> {
    return stat(this.#path(importId)).then(
      () => true,
      () => false,
    );
  }

  /** The CSV in chunks. */
  read(importId: string): AsyncGenerator<Buffer> {
    return readSealedFile(this.#path(importId), this.#sealer, 'failed-rows', importId);
  }

  /** Size at rest, in bytes: a little more than the CSV itself. */
  async sizeBytes(importId: string): Promise<number> {
    return (await stat(this.#path(importId))).size;
  }

  async remove(importId: string): Promise<void> {
    await rm(this.#path(importId), { force: true });
  }

  #path(importId: string): string {
    return join(this.#folder, `${importId}.sealed`);
  }
}

export class FailedRowsWriter {
  readonly #file: SealedFileWriter;
  readonly #columns: number;

  constructor(file: SealedFileWriter, columns: number) {
    this.#file = file;
    this.#columns = columns;
  }

  async write(cells: readonly string[], problems: readonly RowProblem[]): Promise<void> {
    const padding = Array.from({ length: Math.max(0, this.#columns - cells.length) }, () => '');
    await this.#file.write(csvLine([...cells, ...padding, describe(problems)]));
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  abandon(): Promise<void> {
    return this.#file.abandon();
  }
}

/** `515 email: is not an e-mail address; 523: no identity …` */
function describe(problems: readonly RowProblem[]): string {
  return problems
    .map(
      ({ code, column, message }) =>
        `${code}${column === undefined ? '' : ` ${column}`}: ${message}`,
    )
    .join('; ');
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map(quote).join(',')}\r\n`;
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
