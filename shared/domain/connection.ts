/** Where a delivery goes: an SFTP server, and the console beside it when it is a Sealift server. */

export interface HostKey {
  /** As SSH names it: `ssh-ed25519`, `rsa-sha2-512` keys say `ssh-rsa`. */
  readonly type: string;
  /** `SHA256:` and unpadded base64, as ssh-keygen prints it. */
  readonly sha256: string;
}

/** Where the SSH private key comes from. */
export type IdentitySource =
  | { readonly kind: 'file'; /** Shown name of the chosen key file. */ readonly name: string }
  | {
      readonly kind: 'stored';
      /** SHA-256 fingerprint of the public half. */ readonly sha256: string;
    }
  | {
      readonly kind: 'agent';
      /** The one key of the agent that is offered; absent: all of them, in its order. */
      readonly sha256?: string | undefined;
    }
  /** No SSH key: the password alone. */
  | { readonly kind: 'password' };

/** A server on the way, which connects on to the next. The login there is the connection's, without its password. */
export interface JumpHost {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** Pinned on first use. */
  readonly hostKey?: HostKey | undefined;
}

/** How a connection is kept and used, where that is not the same for all. */
export interface ConnectionHabits {
  /** `sha256`: what arrived is read back and compared. The size is looked at in any case. */
  readonly verify: 'size' | 'sha256';
  /** `direct`: for a server that cannot rename. */
  readonly finalNames: 'rename' | 'direct';
  /** How long each server may take to let the user in. */
  readonly timeoutSeconds: number;
  /** How often an idle connection is kept awake. */
  readonly keepAliveSeconds: number;
}

export const DEFAULT_HABITS: ConnectionHabits = {
  verify: 'size',
  finalNames: 'rename',
  timeoutSeconds: 20,
  keepAliveSeconds: 30,
};

/** Bounds of the times of {@link ConnectionHabits}, in seconds. */
export const HABIT_SECONDS = { least: 5, most: 600 } as const;

export interface Connection {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** Remote folder; empty means where the login lands. */
  readonly directory: string;
  readonly identity: IdentitySource;
  readonly hasPassphrase: boolean;
  /** A password is kept, and told to the server when it asks for one. */
  readonly allowsPassword: boolean;
  /** From here to the server, in this order. */
  readonly jumps: readonly JumpHost[];
  readonly habits: ConnectionHabits;
  /** Pinned on first use. */
  readonly hostKey?: HostKey;
  /** The console API of a Sealift server beside this SFTP server. */
  readonly console?: { readonly url: string; readonly account: string };
  /** True for the connection that Practice made. */
  readonly practice: boolean;
}

/** Whether the host key of every server on the way is pinned. */
export function isTrusted({ hostKey, jumps }: Pick<Connection, 'hostKey' | 'jumps'>): boolean {
  return [{ hostKey }, ...jumps].every((server) => server.hostKey !== undefined);
}

/** A step of the connection test, in order. */
export interface ProbeStep {
  readonly step:
    'resolve' | 'connect' | 'jump' | 'host-key' | 'login' | 'folder' | 'write' | 'space';
  readonly state: 'ok' | 'failed' | 'skipped';
  readonly detail: string;
}

/** A host key that a test met and that is not pinned, with what the user's own known_hosts says of it. */
export interface PresentedKey extends HostKey {
  readonly host: string;
  readonly port: number;
  /**
   * `same`: this very key is in the file. `other`: the file has another key for this host.
   * `revoked`: it is marked so. `unknown`: the file says nothing of the host.
   */
  readonly knownHosts: 'same' | 'other' | 'revoked' | 'unknown';
}

/** A host of the user's `~/.ssh/config`, as an offer when a connection is made. */
export interface SshConfigOffer {
  readonly alias: string;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly jumps: readonly JumpHost[];
  /** What the file asks for and Sealift does not do, in sentences. */
  readonly notes: readonly string[];
}

/** An unfinished file that a delivery left on a server. */
export interface LeftBehind {
  /** Its temporary name. */
  readonly name: string;
  readonly sizeBytes: number;
  /** When it was last written, by the server's clock (ISO 8601). */
  readonly modifiedAt: string;
}
