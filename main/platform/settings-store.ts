/** What the user set, in the profile. */
import { join } from 'node:path';
import { settings as settingsSchema } from '../../shared/contract/domain-schemas.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import { JsonFile } from './json-file.ts';

const INITIAL: Settings = settingsSchema.parse({ appearance: 'system', clientEmail: '' });

export class SettingsStore {
  readonly #onChange: ((now: Settings) => void) | undefined;
  readonly #file: JsonFile<Settings>;

  constructor(profileDir: string, onChange?: (now: Settings) => void) {
    this.#onChange = onChange;
    this.#file = new JsonFile(join(profileDir, 'settings.json'), settingsSchema, INITIAL);
  }

  get(): Promise<Settings> {
    return this.#file.read();
  }

  /** Changes what is named and keeps the rest. */
  async set(change: {
    readonly [K in keyof Settings]?: Settings[K] | undefined;
  }): Promise<Settings> {
    const now = await this.#file.update((before) => ({
      appearance: change.appearance ?? before.appearance,
      clientEmail: change.clientEmail ?? before.clientEmail,
      maxSealedBytes: change.maxSealedBytes ?? before.maxSealedBytes,
      resumeDeliveries: change.resumeDeliveries ?? before.resumeDeliveries,
      deliveriesAtOnce: change.deliveriesAtOnce ?? before.deliveriesAtOnce,
      uploadBytesPerSecond: change.uploadBytesPerSecond ?? before.uploadBytesPerSecond,
      lockAfterIdleMinutes: change.lockAfterIdleMinutes ?? before.lockAfterIdleMinutes,
      clipboardSeconds: change.clipboardSeconds ?? before.clipboardSeconds,
    }));
    this.#onChange?.(now);
    return now;
  }
}
