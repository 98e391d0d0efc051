/**
 * What the command line notes of a delivery before it begins, one file each in `cli-jobs`: so that one that was
 * killed can be listed, taken up, or given up. Gone when the delivery has ended well, or nothing of it was sent.
 * Holds paths, names and hosts. No secret may be written here.
 */
import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import { readIfThere, writeAtomically } from '../platform/atomic-file.ts';
import { isRunning } from '../platform/running.ts';
import type { AttemptFacts } from './send-names.ts';
import { readSendPlan } from './send-plan.ts';
import type { SendPlan } from './send-plan.ts';

const loginSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('options'),
    to: z.string(),
    identity: z.string().optional(),
    identityPassphraseFile: z.string().optional(),
    agent: z.boolean().optional(),
    agentKey: z.string().optional(),
    password: z.boolean().optional(),
    passwordFile: z.string().optional(),
    jump: z.string().optional(),
    sshConfig: z.string().optional(),
    connectTimeout: z.number(),
    keepAlive: z.number(),
  }),
  z.strictObject({ kind: z.literal('connection'), id: z.uuid() }),
]);
/** How a delivery logs in, for when it is taken up: files and connections, no secret. */
export type LoginSource = z.output<typeof loginSchema>;

const record = z.strictObject({
  version: z.literal(1),
  jobId: z.uuid(),
  createdAt: z.iso.datetime(),
  pid: z.number().int(),
  login: loginSchema,
  facts: z.strictObject({
    account: z.string(),
    directory: z.string(),
    sourcePath: z.string(),
    sizeBytes: z.number(),
    modifiedMs: z.number(),
    manifestText: z.string(),
    recipientFingerprint: z.string(),
  }) satisfies z.ZodType<AttemptFacts>,
  plan: z.unknown(),
});

export interface SendRecord {
  readonly jobId: string;
  readonly createdAt: string;
  /** The process that noted it lives. */
  readonly isRunning: boolean;
  readonly login: LoginSource;
  readonly facts: AttemptFacts;
  readonly plan: SendPlan;
}

export class SendRecords {
  readonly #folder: string;

  constructor(profileDir: string) {
    this.#folder = join(profileDir, 'cli-jobs');
  }

  /** @throws AppError DISK_FULL, FILE_NOT_WRITABLE */
  async note({ login, facts, plan }: Pick<SendRecord, 'login' | 'facts' | 'plan'>): Promise<void> {
    const { jobId } = plan;
    const by = { pid: process.pid, createdAt: new Date().toISOString() };
    const noted = { version: 1, jobId, ...by, login, facts, plan: whole(plan) };
    await writeAtomically(this.#path(jobId), JSON.stringify(noted));
  }

  forget(jobId: string): Promise<void> {
    return rm(this.#path(jobId), { force: true });
  }

  /** Newest first. What cannot be read is left out. */
  async list(): Promise<SendRecord[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));
    const records = await Promise.all(ids.map((id) => this.#read(id)));
    return records
      .filter((one) => one !== undefined)
      .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }

  /**
   * @param id the job's, or the beginning of it
   * @throws AppError JOB_UNKNOWN, also where several begin so
   */
  async get(id: string): Promise<SendRecord> {
    const [found, ...others] = (await this.list()).filter(({ jobId }) => jobId.startsWith(id));
    if (!found || others.length > 0 || id === '') throw new AppError('JOB_UNKNOWN', { id });
    return found;
  }

  async #read(id: string): Promise<SendRecord | undefined> {
    const bytes = await readIfThere(this.#path(id));
    try {
      const { plan, pid, ...noted } = record.parse(JSON.parse(bytes?.toString('utf8') ?? ''));
      return { ...noted, isRunning: isRunning(pid), plan: readSendPlan(plan) };
    } catch {
      return undefined;
    }
  }

  #path(jobId: string): string {
    return join(this.#folder, `${jobId}.json`);
  }
}

/** It may be taken up from another folder. */
function whole({ hostKey, ...plan }: SendPlan): SendPlan {
  if (!('knownHosts' in hostKey)) return { ...plan, hostKey };
  return { ...plan, hostKey: { ...hostKey, knownHosts: resolve(hostKey.knownHosts) } };
}
