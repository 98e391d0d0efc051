/** What the command line of `send` says. */
import type { ImportType } from '../../../shared/domain/manifest.ts';
import type { Verification } from '../../delivery/upload.ts';
import type { SendPlan } from '../../jobs/send-plan.ts';
import type { ProfileOptions } from '../profile-keys.ts';

export interface SendOptions extends ProfileOptions {
  readonly manifest?: readonly string[];
  readonly to: string;
  readonly identity?: string;
  readonly identityPassphraseFile?: string;
  readonly agent?: boolean;
  /** SHA-256 fingerprint. */
  readonly agentKey?: string;
  readonly password?: boolean;
  readonly passwordFile?: string;
  readonly jump?: string;
  readonly sshConfig?: string;
  readonly verify: Verification;
  readonly directNames?: boolean;
  readonly connectTimeout: number;
  readonly keepAlive: number;
  readonly knownHosts?: string;
  readonly acceptNewHostKey?: boolean;
  readonly recipient: string;
  readonly keyId?: string;
  readonly type?: ImportType;
  readonly email?: string;
  readonly acceptRejected?: boolean;
  readonly convert?: boolean;
  readonly overwrite?: boolean;
  readonly compress: SendPlan['compress'];
  readonly maxSealedBytes: number;
  readonly retries: number;
  /** Bytes a second at most; 0 and absent: no limit. */
  readonly limitRate?: number;
}
