/** What is to be sent, where and under which names: plain data that is journaled and given to a worker. */
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { HostKey } from '../../shared/domain/connection.ts';
import { LIMITS } from '../../shared/domain/manifest.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { SshTarget } from '../delivery/connect.ts';
import type { FinalNames } from '../delivery/deliver.ts';
import type { Verification } from '../delivery/upload.ts';
import type { Recipient } from '../keys/openpgp-keys.ts';
import type { Compression } from '../seal/seal.ts';

/** Trust in the server: one pinned key (the app), or what a known_hosts file says (the CLI). */
export type HostKeyTrust = HostKey | { readonly knownHosts: string; readonly acceptNew: boolean };

export interface SendPlan {
  /** UUID. The temporary names on the server carry its first digits. */
  readonly jobId: string;
  readonly sourcePath: string;
  /** As the user knows the file; errors and the receipt say this. */
  readonly sourceName: string;
  readonly manifestText: string;
  /** Final names on the server: `users.csv.asc`, `users.manifest`. */
  readonly dataName: string;
  readonly manifestName: string;
  readonly recipient: Recipient;
  readonly target: {
    readonly host: string;
    readonly port: number;
    readonly username: string;
    /** Empty: where the login lands. */
    readonly directory: string;
  };
  readonly hostKey: HostKeyTrust;
  /** The user agreed that files of the same names are replaced. */
  readonly overwrite: boolean;
  /** The user agreed that rows with errors are sent and rejected by the platform. */
  readonly acceptRejected: boolean;
  /** The user agreed that another encoding or delimiter is converted to UTF-8 with commas. */
  readonly convert: boolean;
  /** `auto`: as hard as the line leaves time for. */
  readonly compress: Compression | 'auto';
  /** How what arrived is verified, and how it takes its name, as the connection is set. */
  readonly verify: Verification;
  readonly finalNames: FinalNames;
  /** A sealed file must be smaller than this; larger data goes in parts. */
  readonly maxSealedBytes: number;
  /** Folder for the sealed spool files. Made 0700 when missing. */
  readonly spoolDir: string;
  /** Folder of the journals of parts, the same in every attempt. */
  readonly journalDir: string;
}

/** How the target is reached and logged in to. Never journaled. */
export type SendSecrets = Omit<SshTarget, keyof SendPlan['target']>;

const recipient = z.object({
  publicArmored: z.string(),
  fingerprint: z.string(),
  encryptionFingerprint: z.string(),
  encryptionKeyId: z.string(),
  userId: z.string(),
  expiresAt: z.string().optional(),
  warnings: z.array(z.string()),
});

const planSchema = z.object({
  jobId: z.uuid(),
  sourcePath: z.string(),
  sourceName: z.string(),
  manifestText: z.string(),
  dataName: z.string(),
  manifestName: z.string(),
  recipient,
  target: z.object({
    host: z.string(),
    port: z.number().int(),
    username: z.string(),
    directory: z.string(),
  }),
  hostKey: z.union([
    z.object({ type: z.string(), sha256: z.string() }),
    z.object({ knownHosts: z.string(), acceptNew: z.boolean() }),
  ]),
  overwrite: z.boolean(),
  acceptRejected: z.boolean(),
  convert: z.boolean().default(false),
  compress: z.union([z.literal(['auto', 'none']), z.literal([1, 2, 3, 4, 5, 6, 7, 8, 9])]),
  verify: z.enum(['size', 'sha256']).default('size'),
  finalNames: z.enum(['rename', 'direct']).default('rename'),
  maxSealedBytes: z.number().int().positive().default(LIMITS.sealedBytes),
  spoolDir: z.string(),
  journalDir: z.string().optional(),
});

/** A plan as the journal kept it. @throws AppError SEND_PLAN_DAMAGED */
export function readSendPlan(journaled: unknown): SendPlan {
  const plan = planSchema.safeParse(journaled);
  if (plan.success) {
    const { journalDir, ...others } = plan.data;
    // A plan of a version that did not split yet: its spool lies in the profile, as the journals do.
    return { ...others, journalDir: journalDir ?? join(dirname(others.spoolDir), 'deliveries') };
  }
  const field = plan.error.issues[0]?.path.join('.') || 'all of it';
  throw new AppError('SEND_PLAN_DAMAGED', { field });
}
