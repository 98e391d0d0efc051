/**
 * Files of the profile under its wrapping key: private keys, SSH identities. 0600, atomic, and bound
 * to their purpose and owner. Whoever keeps secrets in files uses this and nothing else.
 */
import { AppError } from '../../shared/errors/index.ts';
import { readIfThere, writeAtomically } from '../platform/atomic-file.ts';
import { openBytes, sealBytes } from './sealed-bytes.ts';
import type { SealedContext } from './sealed-bytes.ts';
import { wrappingKey } from './secrets.ts';
import type { SecretStore } from './secrets.ts';

export type { SealedContext } from './sealed-bytes.ts';

export class SealedFiles {
  readonly #secrets: () => Promise<SecretStore>;

  /** @param secrets asked for at each use, so that nothing is unlocked before it is needed */
  constructor(secrets: () => Promise<SecretStore>) {
    this.#secrets = secrets;
  }

  /** @throws AppError KEYCHAIN_UNAVAILABLE and its kin, DISK_FULL, FILE_NOT_WRITABLE */
  async write(path: string, context: SealedContext, plain: Uint8Array): Promise<void> {
    await writeAtomically(path, sealBytes(await this.#key(), context, plain));
  }

  /**
   * @returns undefined when there is no such file
   * @throws AppError SEALED_FILE_DAMAGED, FILE_NOT_READABLE, KEYCHAIN_UNAVAILABLE and its kin
   */
  async read(path: string, context: SealedContext): Promise<Buffer | undefined> {
    const sealed = await readIfThere(path);
    if (!sealed) return undefined;
    const plain = openBytes(await this.#key(), context, sealed);
    if (!plain) throw new AppError('SEALED_FILE_DAMAGED', { file: path });
    return plain;
  }

  async #key(): Promise<Uint8Array> {
    return wrappingKey(await this.#secrets());
  }
}
