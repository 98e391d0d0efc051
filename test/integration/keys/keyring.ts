/** A real gnome-keyring on a session bus of its own, with no desktop and no display. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export class Keyring {
  /** For `DBUS_SESSION_BUS_ADDRESS`. */
  readonly busAddress: string;
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #bus: ChildProcess;
  #daemon: ChildProcess | undefined;

  private constructor(folder: string, env: NodeJS.ProcessEnv, bus: ChildProcess, address: string) {
    this.#folder = folder;
    this.#env = { ...env, DBUS_SESSION_BUS_ADDRESS: address };
    this.#bus = bus;
    this.busAddress = address;
  }

  static async start(): Promise<Keyring> {
    const folder = await mkdtemp(join(tmpdir(), 'sl-kr-'));
    const home = join(folder, 'home');
    const runtime = join(folder, 'run');
    await mkdir(home);
    await mkdir(runtime, { mode: 0o700 });
    const { PATH } = process.env;
    // Nothing of the developer's own session: neither a keyring nor a display to ask on.
    const env = { PATH, HOME: home, XDG_RUNTIME_DIR: runtime, XDG_DATA_HOME: join(home, 'data') };
    const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [address] = (await once(createInterface(bus.stdout), 'line')) as [string];
    return new Keyring(folder, env, bus, address);
  }

  /** Starts the daemon: with a password its keyring is made and open, without one it is locked. */
  async serve(password: string | undefined): Promise<void> {
    await this.silence();
    const unlock = password === undefined ? [] : ['--unlock'];
    this.#daemon = spawn(
      'gnome-keyring-daemon',
      ['--foreground', '--components=secrets', ...unlock],
      { env: this.#env, stdio: ['pipe', 'pipe', 'ignore'] },
    );
    this.#daemon.stdin!.end(password ?? '');
    await this.#ownsName();
  }

  /** Ends the daemon; the bus stays. */
  async silence(): Promise<void> {
    await end(this.#daemon);
    this.#daemon = undefined;
  }

  async stop(): Promise<void> {
    await this.silence();
    await end(this.#bus);
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Waits until the daemon answers as the Secret Service. */
  async #ownsName(): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const asked = spawn(
        'dbus-send',
        [
          '--print-reply',
          '--dest=org.freedesktop.DBus',
          '/org/freedesktop/DBus',
          'org.freedesktop.DBus.GetNameOwner',
          'string:org.freedesktop.secrets',
        ],
        { env: this.#env, stdio: 'ignore' },
      );
      const [code] = (await once(asked, 'exit')) as [number];
      if (code === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('gnome-keyring did not come up');
  }
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill();
  await gone;
}
