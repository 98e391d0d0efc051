/**
 * Where sealed content lies: as much as SDS asks of it, so that an object store can take the place of
 * the folder. Ids are UUIDs of files.
 */
import { mkdir, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface ContentStore {
  /** Begins new content. Nothing lies under `id` before `commit`. */
  create(id: string): Promise<ContentWriter>;
  /** @throws what the system throws when there is none */
  open(id: string): Promise<ContentReader>;
  /** Removes content, finished or not; it need not be there. */
  remove(id: string): Promise<void>;
}

export interface ContentWriter {
  /** Appends. The bytes may be used again once this has resolved. */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes the content readable under its id, and lasting: it survives a loss of power from now on. */
  commit(): Promise<void>;
  /** Removes what was written. */
  discard(): Promise<void>;
}

export interface ContentReader {
  /** In bytes. */
  readonly size: number;
  /** Fills `into`. @returns the part of it that was filled: less than all only where the content ends */
  read(into: Buffer, position: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** A folder of 0600 files, spread over 256 folders by the end of the id, whose start is a time. */
export class FolderContent implements ContentStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async create(id: string): Promise<ContentWriter> {
    const path = this.#path(id);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return new FileWriter(await open(partOf(path), 'wx', 0o600), path);
  }

  async open(id: string): Promise<ContentReader> {
    const file = await open(this.#path(id), 'r');
    try {
      return new FileReader(file, (await file.stat()).size);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async remove(id: string): Promise<void> {
    const path = this.#path(id);
    await rm(partOf(path), { force: true });
    await rm(path, { force: true });
  }

  #path(id: string): string {
    return join(this.#root, id.slice(-2), id);
  }
}

class FileWriter implements ContentWriter {
  readonly #file: FileHandle;
  readonly #path: string;

  constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  async write(bytes: Uint8Array): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      written += (await this.#file.write(bytes, written, bytes.length - written)).bytesWritten;
    }
  }

  async commit(): Promise<void> {
    await this.#file.sync();
    await this.#file.close();
    await rename(partOf(this.#path), this.#path);
    await syncFolder(dirname(this.#path));
  }

  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(partOf(this.#path), { force: true });
    await rm(this.#path, { force: true });
  }
}

class FileReader implements ContentReader {
  readonly #file: FileHandle;
  readonly size: number;

  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.size = size;
  }

  async read(into: Buffer, position: number): Promise<Buffer> {
    let filled = 0;
    while (filled < into.length) {
      const left = into.length - filled;
      const { bytesRead } = await this.#file.read(into, filled, left, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return into.subarray(0, filled);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

function partOf(path: string): string {
  return `${path}.part`;
}

/** A new name in a folder lasts once the folder is synced. Windows does it unasked, and has no such call. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
