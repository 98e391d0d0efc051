/** What the user may set, and what protects the secrets of this profile. */

/** What the settings of deliveries may be. A slower upload than `slowest` would run into time limits of servers. */
export const DELIVERY_LIMITS = { mostAtOnce: 4, slowest: 16 * 1024, fastest: 1024 ** 3 } as const;

export type Appearance = 'system' | 'light' | 'dark';

export interface Settings {
  readonly appearance: Appearance;
  /** Address that new manifests start with; empty when none was given yet. */
  readonly clientEmail: string;
  /** A sealed file must be smaller than this; larger data is sent in parts. */
  readonly maxSealedBytes: number;
  /** Whether deliveries that the end of the program cut off go on by themselves at the next start. */
  readonly resumeDeliveries: boolean;
  /** How many deliveries run at a time, each to another place. */
  readonly deliveriesAtOnce: number;
  /** How fast deliveries may go out, all together, in bytes a second; 0: no limit. */
  readonly uploadBytesPerSecond: number;
  /** Minutes without a key or a click after which secrets are locked; 0: never. */
  readonly lockAfterIdleMinutes: number;
  /** Seconds after which a copied value leaves the clipboard, if it is still there; 0: it stays. */
  readonly clipboardSeconds: number;
}

/** Where secrets are kept. `none`: no keychain answers and no master password is set. */
export interface SecretsState {
  readonly protection: 'keychain' | 'master-password' | 'locked' | 'none';
  /** As the system names it: `Secret Service`, `Keychain`, `Credential Manager`. */
  readonly keychain: string;
  /** What `secrets.unlock` needs, where they are locked: the master password, or to be asked again. */
  readonly unlockBy?: 'password' | 'keychain';
}
