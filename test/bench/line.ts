/** What the benches that send share: sshd on loopback, a folder there in shared memory, and OpenSSH's own sftp. */
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { SendPlan, SendSecrets } from '../../main/jobs/send-job.ts';
import { giveToAccount, startSshd } from '../helpers/sshd.ts';
import type { Sshd } from '../helpers/sshd.ts';
import { startTcpProxy } from '../helpers/tcp-proxy.ts';
import type { TcpProxy } from '../helpers/tcp-proxy.ts';
import { timeCommand } from './command.ts';
import type { Timed } from './command.ts';
import type { Stage } from './stage.ts';

export class Line {
  readonly secrets: SendSecrets;
  readonly hostKey: SendPlan['hostKey'];
  readonly #stage: Stage;
  readonly #sshd: Sshd;
  readonly #proxies: TcpProxy[] = [];
  readonly #folder: string;

  private constructor(stage: Stage, sshd: Sshd, privateKey: string) {
    this.#stage = stage;
    this.#sshd = sshd;
    this.#folder = stage.path('received');
    this.secrets = { privateKey };
    this.hostKey = { type: 'ssh-ed25519', sha256: sshd.hostKeySha256 };
  }

  static async open(stage: Stage): Promise<Line> {
    const sshd = await startSshd();
    // The account that sshd serves must be able to walk down to the folder.
    await chmod(stage.folder, 0o711);
    return new Line(stage, sshd, await readFile(sshd.identityPath, 'utf8'));
  }

  /** @param roundTripMs added to loopback's own */
  async target(roundTripMs = 0): Promise<SendPlan['target']> {
    const { host, username } = this.#sshd;
    if (roundTripMs === 0)
      return { host, port: this.#sshd.port, username, directory: this.#folder };
    const proxy = await startTcpProxy(this.#sshd.port, roundTripMs / 2);
    this.#proxies.push(proxy);
    return { host, port: proxy.port, username, directory: this.#folder };
  }

  /** An empty folder for the next run. */
  async clear(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    await mkdir(this.#folder);
    giveToAccount(this.#folder);
  }

  /** The command line that puts one file of the stage with OpenSSH's own program, as it is set. */
  async sftpPut(
    name: string,
    { host, port, username, directory }: SendPlan['target'],
  ): Promise<readonly string[]> {
    const batch = this.#stage.path(`put-${port}`);
    await writeFile(batch, `put ${this.#stage.path(name)} ${directory}/${name}\n`);
    const known = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
    const options = known.flatMap((option) => ['-o', option]);
    const login = ['-P', String(port), '-i', this.#sshd.identityPath, `${username}@${host}`];
    return ['sftp', '-q', ...options, '-b', batch, ...login];
  }

  async put(name: string, target: SendPlan['target']): Promise<Timed> {
    const [command = '', ...args] = await this.sftpPut(name, target);
    return timeCommand(command, args);
  }

  async close(): Promise<void> {
    await Promise.all(this.#proxies.map((proxy) => proxy.stop()));
    await this.#sshd.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
