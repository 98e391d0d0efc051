/** SSH keys that this profile made and keeps: private halves sealed under the wrapping key, public halves readable. */
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import { SealedFiles } from '../keys/sealed-file.ts';
import type { SecretStore } from '../keys/secrets.ts';
import { JsonFile } from '../platform/json-file.ts';
import { makeSshKey } from './ssh-identity.ts';

/** The public half of a stored key. */
export interface StoredSshKey {
  /** `SHA256:` and unpadded base64, as ssh-keygen prints it. */
  readonly sha256: string;
  /** As it stands in an authorized_keys file. */
  readonly publicLine: string;
  readonly comment: string;
}

const storedKey = z.object({ sha256: z.string(), publicLine: z.string(), comment: z.string() });

export class SshKeyStore {
  readonly #folder: string;
  readonly #index: JsonFile<StoredSshKey[]>;
  readonly #sealed: SealedFiles;

  constructor(profileDir: string, secrets: () => Promise<SecretStore>) {
    this.#folder = join(profileDir, 'ssh');
    this.#index = new JsonFile(join(this.#folder, 'keys.json'), z.array(storedKey), []);
    this.#sealed = new SealedFiles(secrets);
  }

  async list(): Promise<readonly StoredSshKey[]> {
    return this.#index.read();
  }

  /** Makes an Ed25519 key. @throws AppError KEYCHAIN_UNAVAILABLE and its kin, before anything is written */
  async make(comment: string): Promise<StoredSshKey> {
    const { sha256, line, privateKey } = makeSshKey({ comment });
    const made = { sha256, publicLine: line, comment };
    await this.#sealed.write(this.#path(sha256), context(sha256), Buffer.from(privateKey));
    await this.#index.update((all) => [...all, made]);
    return made;
  }

  /** OpenSSH's format. Secret. @throws AppError SSH_KEY_NOT_STORED, SEALED_FILE_DAMAGED */
  async privateKey(sha256: string): Promise<Uint8Array> {
    const found = (await this.#index.read()).some((key) => key.sha256 === sha256);
    const plain = found ? await this.#sealed.read(this.#path(sha256), context(sha256)) : undefined;
    if (plain === undefined) throw new AppError('SSH_KEY_NOT_STORED', { fingerprint: sha256 });
    return plain;
  }

  #path(sha256: string): string {
    const name = Buffer.from(sha256.replace(/^SHA256:/, ''), 'base64').toString('hex');
    return join(this.#folder, `${name}.sealed`);
  }
}

const context = (sha256: string) => ({ purpose: 'ssh-key', id: sha256 });
