/** The connection test: the way of a delivery without the delivery, told step by step. Writes nothing. */
import type { ProbeStep } from '../../shared/domain/connection.ts';
import { AppError, errorText } from '../../shared/errors/index.ts';
import { throwIfCancelled } from './cancel.ts';
import type { ConnectStage } from './connect-errors.ts';
import { connectSftp, type SshTarget } from './connect.ts';
import type { HostKeyVerifier } from './host-key.ts';
import { isStatus, remoteError, remoteFailure } from './remote-errors.ts';
import { folderLabel } from './remote-names.ts';
import type { SftpSession } from './sftp-session.ts';

type Step = ProbeStep['step'];
const STEPS: readonly Step[] = ['resolve', 'connect', 'host-key', 'login', 'folder', 'space'];

/** Which step of the test a stage of the connection completes; the handshake ends in the host key. */
const STEP_OF_STAGE: Readonly<Partial<Record<ConnectStage | 'jump' | 'host-key', Step>>> = {
  resolve: 'resolve',
  connect: 'connect',
  'host-key': 'host-key',
  login: 'login',
};

/**
 * Yields all six steps in their order, each as soon as it is known; after a failed one the rest are
 * skipped. Then throws the AppError of the failed step, if there was one, so that a caller has its
 * code beside the words.
 */
export async function* probe(
  target: SshTarget,
  directory: string,
  verifyHostKey: HostKeyVerifier,
  signal?: AbortSignal,
): AsyncGenerator<ProbeStep, void, undefined> {
  const run = new ProbeRun();
  const finished = run.start(target, directory, verifyHostKey, signal);
  yield* run.steps();
  await finished;
}

class ProbeRun {
  readonly #known: ProbeStep[] = [];
  #wake: () => void = () => {};

  async *steps(): AsyncGenerator<ProbeStep, void, undefined> {
    for (let index = 0; index < STEPS.length; index++) {
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
    directory: string,
    verifyHostKey: HostKeyVerifier,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const done = this.#run(target, directory, verifyHostKey, signal).catch((error: unknown) => {
      const detail = error instanceof AppError ? errorText(error) : 'Something went wrong.';
      this.#report('failed', detail);
      while (this.#known.length < STEPS.length) this.#report('skipped', 'Not tried.');
      throw error;
    });
    // The generator awaits it after the last step; until then the failure is not unhandled.
    done.catch(() => {});
    return done;
  }

  async #run(
    target: SshTarget,
    directory: string,
    verifyHostKey: HostKeyVerifier,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const session = await connectSftp(target, {
      verifyHostKey,
      ...(signal && { signal }),
      onStage: (stage, detail) => {
        if (STEP_OF_STAGE[stage]) this.#report('ok', detail);
      },
    });
    try {
      this.#report('ok', await lookAtFolder(session, directory));
      throwIfCancelled(signal);
      const space = await lookAtSpace(session, directory);
      this.#report(space ? 'ok' : 'skipped', space ?? 'The server does not tell.');
    } finally {
      session.close();
    }
  }

  #report(state: ProbeStep['state'], detail: string): void {
    const step = STEPS[this.#known.length];
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
