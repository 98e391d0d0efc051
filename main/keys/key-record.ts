/** A stored key set's record: what may be read without the keychain. Validated each time it is read. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { KeySet } from '../../shared/domain/key-set.ts';
import { AppError } from '../../shared/errors/index.ts';
import { describeKey, idOf } from './assess-key.ts';
import { readIfThere, writeAtomically } from '../platform/atomic-file.ts';
import { parseOneKey } from './read-keys.ts';

const FINGERPRINT = /^[0-9A-F]{40}$/;

export const registrationSchema = z.strictObject({
  keyId: z.guid(),
  platform: z.string().max(1000),
  registeredAt: z.iso.datetime(),
});

const recordSchema = z.strictObject({
  version: z.literal(1),
  fingerprint: z.string().regex(FINGERPRINT),
  publicArmored: z.string(),
  hasPrivateKey: z.boolean(),
  hasPassphrase: z.boolean(),
  hasRevocation: z.boolean(),
  registrations: z.array(registrationSchema),
});

export type KeyRecord = z.infer<typeof recordSchema>;

/** The records of a profile, one file a key set, named by its fingerprint. */
export class KeyRecords {
  readonly folder: string;

  constructor(profileDir: string) {
    this.folder = join(profileDir, 'keys');
  }

  /** Fingerprints of all records, in order. */
  async fingerprints(): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names
      .filter((name) => name.endsWith('.json'))
      .map((name) => basename(name, '.json'))
      .filter((name) => FINGERPRINT.test(name))
      .sort();
  }

  path(fingerprint: string): string {
    return join(this.folder, `${fingerprint}.json`);
  }

  /**
   * @returns undefined when there is none, and for what is no fingerprint
   * @throws AppError KEY_STORE_DAMAGED, FILE_NOT_READABLE
   */
  async read(fingerprint: string): Promise<KeyRecord | undefined> {
    if (!FINGERPRINT.test(fingerprint)) return undefined;
    const path = this.path(fingerprint);
    const bytes = await readIfThere(path);
    if (!bytes) return undefined;
    try {
      const record = recordSchema.parse(JSON.parse(bytes.toString('utf8')));
      const key = await parseOneKey(record.publicArmored);
      // A record under another's name would seal to the wrong recipient.
      if (record.fingerprint !== fingerprint || idOf(key) !== fingerprint || key.isPrivate()) {
        throw new Error('the record does not belong to its name');
      }
      return record;
    } catch (cause) {
      throw new AppError('KEY_STORE_DAMAGED', { file: path }, { cause });
    }
  }

  async write(record: KeyRecord): Promise<void> {
    const text = `${JSON.stringify(record, null, 2)}\n`;
    await writeAtomically(this.path(record.fingerprint), text);
  }
}

/** The record as everyone else sees it. */
export async function toKeySet(record: KeyRecord, now: Date): Promise<KeySet> {
  const { publicArmored, hasPrivateKey, hasPassphrase, registrations } = record;
  const key = await parseOneKey(publicArmored);
  const described = await describeKey(key, { hasPrivateKey, hasPassphrase }, now);
  return { ...described, registrations };
}
