/** The system's file dialogs. A saved file is written whole or not at all, for its owner alone. */
import { basename } from 'node:path';
import { dialog } from 'electron';
import type { BrowserWindow, FileFilter, OpenDialogOptions } from 'electron';
import type { FilePurpose } from '../../shared/contract/api.ts';
import { writeAtomically } from './atomic-file.ts';

const EVERYTHING: FileFilter = { name: 'All files', extensions: ['*'] };
const FILTERS: Readonly<Record<FilePurpose, FileFilter[]>> = {
  data: [{ name: 'Data files', extensions: ['csv', 'json', 'ndjson', 'jsonl'] }, EVERYTHING],
  'openpgp-key': [
    { name: 'OpenPGP keys', extensions: ['asc', 'gpg', 'pgp', 'key', 'pub'] },
    EVERYTHING,
  ],
  'ssh-key': [EVERYTHING],
  'mapping-template': [{ name: 'Mapping templates', extensions: ['json'] }, EVERYTHING],
  'sds-key': [{ name: 'RSA private keys', extensions: ['pem', 'key', 'der'] }, EVERYTHING],
  'sds-file': [EVERYTHING],
};
const SEVERAL: readonly FilePurpose[] = ['data', 'sds-file'];
const TITLES: Readonly<Record<FilePurpose, string>> = {
  data: 'Choose data files',
  'openpgp-key': 'Choose an OpenPGP key',
  'ssh-key': 'Choose an SSH private key',
  'mapping-template': 'Choose a mapping template',
  'sds-key': 'Choose the private key of an app',
  'sds-file': 'Choose files to upload',
};

export class Dialogs {
  readonly #window: () => BrowserWindow | undefined;

  constructor(window: () => BrowserWindow | undefined) {
    this.#window = window;
  }

  /** Paths that the user chose; none when the dialog was closed. */
  async chooseFiles(purpose: FilePurpose): Promise<readonly string[]> {
    const options: OpenDialogOptions = {
      title: TITLES[purpose],
      filters: FILTERS[purpose],
      properties: [
        'openFile',
        'showHiddenFiles',
        ...(SEVERAL.includes(purpose) ? (['multiSelections'] as const) : []),
      ],
    };
    const window = this.#window();
    const { canceled, filePaths } = await (window === undefined
      ? dialog.showOpenDialog(options)
      : dialog.showOpenDialog(window, options));
    return canceled ? [] : filePaths;
  }

  /**
   * Asks where, then writes. Answers the base name, or null when the dialog was closed.
   * @throws AppError FILE_NOT_WRITABLE, DISK_FULL
   */
  async save(
    suggestedName: string,
    content: () => Promise<string | Uint8Array>,
  ): Promise<string | null> {
    const filePath = await this.chooseName(suggestedName);
    if (filePath === undefined) return null;
    await writeAtomically(filePath, await content());
    return basename(filePath);
  }

  /** A folder that the user chose; undefined when the dialog was closed. */
  async chooseFolder(title: string): Promise<string | undefined> {
    const options: OpenDialogOptions = { title, properties: ['openDirectory', 'createDirectory'] };
    const window = this.#window();
    const { canceled, filePaths } = await (window === undefined
      ? dialog.showOpenDialog(options)
      : dialog.showOpenDialog(window, options));
    return canceled ? undefined : filePaths[0];
  }

  /** The path under which something is to be saved; undefined when the dialog was closed. */
  async chooseName(suggestedName: string): Promise<string | undefined> {
    const options = { defaultPath: suggestedName };
    const window = this.#window();
    const { canceled, filePath } = await (window === undefined
      ? dialog.showSaveDialog(options)
      : dialog.showSaveDialog(window, options));
    return canceled || filePath === '' ? undefined : filePath;
  }

  /**
   * Asks where a new folder goes, then has it written. Answers the base name, or null when the dialog was closed.
   * @param write gets the path, and the name that errors may show
   */
  async saveFolder(
    suggestedName: string,
    write: (path: string, shownName: string) => Promise<void>,
  ): Promise<string | null> {
    const options = { defaultPath: suggestedName, buttonLabel: 'Save folder' };
    const window = this.#window();
    const { canceled, filePath } = await (window === undefined
      ? dialog.showSaveDialog(options)
      : dialog.showSaveDialog(window, options));
    if (canceled || filePath === '') return null;
    await write(filePath, basename(filePath));
    return basename(filePath);
  }
}
