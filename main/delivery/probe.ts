/**
 * The connection test: the way of a delivery without the delivery, told step by step. What it writes is one small file
 * under a temporary name, which it renames and removes.
 */
import { randomBytes } from 'node:crypto';
import type { ProbeStep } from '../../shared/domain/connection.ts';
import { AppError, errorText } from '../../shared/errors/index.ts';
import { throwIfCancelled } from './cancel.ts';
import type { FinalNames } from './deliver.ts';
import type { ConnectStage } from './connect-errors.ts';
import { connectSftp, type SshTarget } from './connect.ts';
import type { HostKeyVerifier } from './host-key.ts';
import { isStatus, remoteError, remoteFailure } from './remote-errors.ts';
import { folderLabel, remotePath, temporaryName } from './remote-names.ts';
import { OP_UNSUPPORTED, type SftpSession } from './sftp-session.ts';

type Step = ProbeStep['step'];

export interface ProbeWay {
  /** Empty: where the login lands. */
  readonly directory: string;
  readonly finalNames: FinalNames;
}

function stepsOf({ jumps = [] }: SshTarget): readonly Step[] {
  const jump = jumps.length > 0 ? (['jump'] as const) : [];
  return ['resolve', 'connect', ...jump, 'host-key', 'login', 'folder', 'write', 'space'];
}

/** Which step of the test a stage of the connection completes; the handshake ends in the host key. */
const STEP_OF_STAGE: Readonly<Partial<Record<ConnectStage | 'jump' | 'host-key', Step>>> = {
  resolve: 'resolve',
  connect: 'connect',
  'host-key': 'host-key',
  login: 'login',
};

/**
 * Yields all steps in their order, each as soon as it is known; after a failed one the rest are
 * skipped. Then throws the AppError of the failed step, if there was one, so that a caller has its
 * code beside the words.
 */
export async function* probe(
  target: SshTarget,
  way: ProbeWay,
  verifyHostKey: HostKeyVerifier,
  signal?: AbortSignal,
): AsyncGenerator<ProbeStep, void, undefined> {
  const run = new ProbeRun(stepsOf(target));
  const finished = run.start(target, way, verifyHostKey, signal);
  yield* run.steps();
  await finished;
}

class ProbeRun {
  readonly #steps: readonly Step[];
  readonly #known: ProbeStep[] = [];
  #wake: () => void = () => {};
  /** Jump hosts told so far, as one step. */
  #jumped: string[] = [];

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  async *steps(): AsyncGenerator<ProbeStep, void, undefined> {
    for (let index = 0; index < this.#steps.length; index++) {
      while (this.#known.length <= index) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      yield this.#known[index] as ProbeStep;
    }
  }

  /** Never leaves a step unreported, so that `steps` comes to its end. */
  start(
    target: SshTarget,
    way: ProbeWay,
    verifyHostKey: HostKeyVerifier,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const done = this.#run(target, way, verifyHostKey, signal).catch((error: unknown) => {
      const detail = error instanceof AppError ? errorText(error) : 'Something went wrong.';
      this.#report('failed', detail);
      while (this.#known.length < this.#steps.length) this.#report('skipped', 'Not tried.');
      throw error;
    });
    // The generator awaits it after the last step; until then the failure is not unhandled.
    done.catch(() => {});
    return done;
  }

  async #run(
    target: SshTarget,
    { directory, finalNames }: ProbeWay,
    verifyHostKey: HostKeyVerifier,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const jumpCount = target.jumps?.length ?? 0;
    const session = await connectSftp(target, {
      verifyHostKey,
      ...(signal && { signal }),
      onStage: (stage, detail) => {
        if (stage === 'jump') this.#jumped.push(detail);
        if (stage === 'jump' && this.#jumped.length === jumpCount) {
          this.#report('ok', this.#jumped.join(' '));
        }
        if (STEP_OF_STAGE[stage]) this.#report('ok', detail);
      },
    });
    try {
      this.#report('ok', await lookAtFolder(session, directory));
      throwIfCancelled(signal);
      this.#report('ok', await tryToWrite(session, directory, finalNames));
      throwIfCancelled(signal);
      const space = await lookAtSpace(session, directory);
      this.#report(space ? 'ok' : 'skipped', space ?? 'The server does not tell.');
    } finally {
      session.close();
    }
  }

  #report(state: ProbeStep['state'], detail: string): void {
    const step = this.#steps[this.#known.length];
    if (!step) return;
    this.#known.push({ step, state, detail });
    this.#wake();
  }
}

async function lookAtFolder(session: SftpSession, directory: string): Promise<string> {
  const name = folderLabel(directory);
  const at = { session, directory, name, action: `looking at ${name}` };
  const path = directory === '' ? '.' : directory;
  try {
    const facts = await session.stat(path);
    if (!facts.isDirectory()) throw remoteFailure('REMOTE_NOT_A_FOLDER', at);
    return `The folder is ${await session.realpath(path)}.`;
  } catch (error) {
    const failure = await remoteError(error, at);
    const hidden = isStatus(error) && failure.code === 'REMOTE_PERMISSION_DENIED';
    if (hidden) return 'The server does not let the account look at the folder; sending may work.';
    throw failure;
  }
}

/** What a delivery does to a file, with one of a few bytes, which is gone afterwards. */
async function tryToWrite(
  session: SftpSession,
  directory: string,
  finalNames: FinalNames,
): Promise<string> {
  const folder = folderLabel(directory);
  const name = `sealift-test-${randomBytes(4).toString('hex')}`;
  const at = { session, directory, name, action: `writing a test file into ${folder}` };
  const id = randomBytes(4).toString('hex');
  const written = remotePath(directory, temporaryName(name, id));
  const renamed = remotePath(directory, temporaryName(`${name}-renamed`, id));
  const left = new Set<string>();
  try {
    const handle = await session.openExclusive(written);
    left.add(written);
    await session.write(handle, Buffer.from('Sealift tests this folder.\n'), 0);
    await session.closeHandle(handle);
    if (finalNames === 'rename') {
      at.action = `renaming a test file in ${folder}`;
      await session.rename(written, renamed).catch((error: unknown) => {
        const cannot = isStatus(error) && error.status === OP_UNSUPPORTED;
        throw cannot ? remoteFailure('REMOTE_CANNOT_RENAME', at, error) : error;
      });
      left.delete(written);
      left.add(renamed);
    }
  } catch (error) {
    await removeAll(session, left);
    throw await remoteError(error, at);
  }
  const done = finalNames === 'rename' ? 'written and renamed' : 'written';
  const gone = await removeAll(session, left);
  return gone
    ? `A test file was ${done}, and is removed.`
    : `A test file was ${done}. The account may not remove files: ${temporaryName(name, id)} stays there, and an unfinished delivery would.`;
}

/** @returns whether all are gone */
async function removeAll(session: SftpSession, paths: Iterable<string>): Promise<boolean> {
  const removals = [...paths].map((path) => session.unlink(path));
  return (await Promise.allSettled(removals)).every(({ status }) => status === 'fulfilled');
}

/** Undefined when the server does not tell. */
async function lookAtSpace(session: SftpSession, directory: string): Promise<string | undefined> {
  try {
    const { freeBytes, readOnly } = await session.space(directory === '' ? '.' : directory);
    if (readOnly)
      throw new AppError('REMOTE_READ_ONLY', {
        folder: folderLabel(directory),
        host: session.facts.host,
      });
    return `${formatBytes(freeBytes)} free.`;
  } catch (error) {
    if (isStatus(error)) return undefined;
    throw error;
  }
}

function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
