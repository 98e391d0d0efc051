/** A real Electron with a worker process, from the side of the bench. One at a time does one piece of work. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FromWorker, Work, WorkName } from './protocol.ts';

export class BenchWorker {
  readonly #electron: ChildProcess;
  readonly #userData: string;
  readonly #ended: Promise<never>;

  private constructor(electron: ChildProcess, userData: string) {
    this.#electron = electron;
    this.#userData = userData;
    this.#ended = once(electron, 'exit').then(() => {
      throw new Error('Electron has ended');
    });
    this.#ended.catch(() => undefined);
  }

  /**
   * @param executable of Electron
   * @param folder where host.js and worker.js are built
   * @param display as the DISPLAY variable wants it
   */
  static async start(executable: string, folder: string, display: string): Promise<BenchWorker> {
    const manifest = { name: 'sealift-bench', version: '0.0.0', type: 'module', main: 'host.js' };
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    // There is no window and no foreign content; as root Chromium would refuse its sandbox.
    const userData = await mkdtemp(join(tmpdir(), 'sealift-bench-'));
    const args = [folder, '--no-sandbox', '--disable-gpu', `--user-data-dir=${userData}`];
    const electron = spawn(executable, args, {
      env: { ...process.env, DISPLAY: display },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const worker = new BenchWorker(electron, userData);
    await worker.run('idle', {});
    return worker;
  }

  /** @throws what went wrong in the worker, in its words */
  async run<N extends WorkName>(name: N, input: Work[N]): Promise<FromWorker> {
    const answered = once(this.#electron, 'message') as Promise<[FromWorker]>;
    this.#electron.send({ name, input });
    const [answer] = await Promise.race([answered, this.#ended]);
    if (answer.error !== undefined) throw new Error(`${name}: ${answer.error}`);
    return answer;
  }

  /** Runs it and tells how much more than before the process held at most, in MiB. Linux only. */
  async runWithMemory<N extends WorkName>(name: N, input: Work[N]): Promise<number> {
    const { pid } = await this.run('idle', {});
    const before = await statusMib(pid, 'VmRSS');
    // From here on, the kernel keeps the peak anew.
    await writeFile(`/proc/${pid}/clear_refs`, '5');
    await this.run(name, input);
    return (await statusMib(pid, 'VmHWM')) - before;
  }

  async stop(): Promise<void> {
    if (this.#electron.exitCode === null) {
      const gone = once(this.#electron, 'exit');
      this.#electron.disconnect();
      await gone;
    }
    await rm(this.#userData, { recursive: true, force: true });
  }
}

async function statusMib(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
}
