/**
 * What OpenSSH's client configuration (`~/.ssh/config`) says of a host. Read by the library ssh-config; no command of
 * the file is run: neither `Match exec` nor `ProxyCommand`, and no name is looked up.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import SSHConfig, { glob, type Directive, type Line } from 'ssh-config';
import type { JumpHost, SshConfigOffer } from '../../shared/domain/connection.ts';
import { readJumps } from '../../shared/domain/jump-hosts.ts';
import { AppError } from '../../shared/errors/index.ts';
import { fileReason } from '../platform/file-reason.ts';

/** A host of the file, with what stays in the main process. */
export interface SshConfigHost extends SshConfigOffer {
  /** Key files that are there, in the order in which they are named. */
  readonly identityFiles: readonly string[];
}

const MAX_FILE_BYTES = 256 * 1024;
/** As ssh has it. */
const MAX_INCLUDE_DEPTH = 16;
const MAX_FILES = 64;
const SSH_PORT = 22;
/** What the library would look up in the network. */
const LOOKS_UP = /^(?:CanonicalizeHostName|CanonicalDomains)$/i;

export class SshConfig {
  readonly #lines: SSHConfig;
  readonly #home: string;

  private constructor(lines: SSHConfig, home: string) {
    this.#lines = lines;
    this.#home = home;
  }

  /**
   * Reads the file and what it includes; without a file there are no hosts.
   * @throws AppError SSH_CONFIG_UNREADABLE
   */
  static async read(file: string, home = os.homedir()): Promise<SshConfig> {
    const reader = new IncludingReader(home);
    return new SshConfig(await reader.read(file, 0), home);
  }

  /** Names after `Host` that stand for one host. */
  get aliases(): string[] {
    const names = this.#lines
      .filter((line) => isDirective(line) && /^host$/i.test(line.param))
      .flatMap((line) => valuesOf(line as Directive));
    return [...new Set(names)].filter((name) => !/[*?!]/.test(name));
  }

  /** What the file says of the name, which may be one that it does not mention. */
  async host(alias: string): Promise<SshConfigHost> {
    const told = this.#compute(alias);
    const address = this.#address(alias, told);
    const { jumps, notes } = this.#jumps(told, address.username);
    const identityFiles: string[] = [];
    for (const named of told('identityfile')) {
      const file = this.#expand(named, address);
      if (await isFile(file)) identityFiles.push(file);
    }
    const certificate = told('certificatefile').length > 0;
    return {
      alias,
      ...address,
      jumps,
      identityFiles,
      notes: [
        ...notes,
        ...(certificate ? ['Its certificate is not used: Sealift logs in by the key alone.'] : []),
      ],
    };
  }

  #compute(alias: string): (name: string) => string[] {
    const found = this.#lines.compute(alias, { ignoreCase: true, matchExec: false });
    return (name) => {
      const value = found[name];
      return value === undefined ? [] : [value].flat();
    };
  }

  #address(alias: string, told: (name: string) => string[]) {
    const port = Number(told('port')[0] ?? SSH_PORT);
    return {
      host: (told('hostname')[0] ?? alias).replaceAll('%h', alias).replaceAll('%%', '%'),
      port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : SSH_PORT,
      username: told('user')[0] ?? localUser(),
    };
  }

  /** Each host on the way is itself a name that the file may know. */
  #jumps(
    told: (name: string) => string[],
    username: string,
  ): { readonly jumps: readonly JumpHost[]; readonly notes: readonly string[] } {
    const jump = told('proxyjump').join(' ');
    if (jump === '' && told('proxycommand').length > 0) {
      return { jumps: [], notes: ['Its ProxyCommand is not run. A jump host takes its place.'] };
    }
    if (jump === '' || jump.toLowerCase() === 'none') return { jumps: [], notes: [] };
    const named = readJumps(jump, '');
    if (named === undefined) {
      return { jumps: [], notes: [`Its jump hosts cannot be read: ${jump}.`] };
    }
    const jumps = named.map((one) => {
      const own = this.#address(one.host, this.#compute(one.host));
      return {
        host: own.host,
        port: one.port === SSH_PORT ? own.port : one.port,
        username: one.username || own.username || username,
      };
    });
    return { jumps, notes: [] };
  }

  #expand(file: string, at: { readonly host: string; readonly username: string }): string {
    const tokens: Readonly<Record<string, string>> = {
      '%d': this.#home,
      '%h': at.host,
      '%r': at.username,
      '%u': localUser(),
      '%%': '%',
    };
    return fromHome(
      file.replace(/%[dhru%]/g, (token) => tokens[token] ?? token),
      this.#home,
    );
  }
}

/** Puts what a file includes in the place of its `Include` lines. */
class IncludingReader {
  readonly #home: string;
  #files = 0;

  constructor(home: string) {
    this.#home = home;
  }

  async read(file: string, depth: number): Promise<SSHConfig> {
    const text = await readConfigText(file);
    return this.#expanded(parse(file, text), depth);
  }

  async #expanded(lines: SSHConfig, depth: number): Promise<SSHConfig> {
    const all = new SSHConfig();
    for (const line of lines) {
      if (isDirective(line) && /^include$/i.test(line.param)) {
        for (const file of await this.#included(line)) {
          this.#files += 1;
          if (depth >= MAX_INCLUDE_DEPTH || this.#files > MAX_FILES) continue;
          all.push(...(await this.read(file, depth + 1)));
        }
        continue;
      }
      if (isDirective(line) && LOOKS_UP.test(line.param)) continue;
      if ('config' in line) line.config = await this.#expanded(line.config, depth);
      all.push(line);
    }
    return all;
  }

  async #included(line: Directive): Promise<string[]> {
    const files: string[] = [];
    for (const value of valuesOf(line)) {
      const pattern = path.resolve(this.#home, '.ssh', fromHome(value, this.#home));
      const folder = path.dirname(pattern);
      const base = path.basename(pattern);
      const names = /[*?]/.test(base) ? await readdir(folder).catch(() => []) : [base];
      const matching = names.filter((name) => name === base || glob(base, name));
      files.push(...matching.sort().map((name) => path.join(folder, name)));
    }
    return files;
  }
}

async function readConfigText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MAX_FILE_BYTES)
      throw new AppError('SSH_CONFIG_UNREADABLE', { file, reason: 'too large' });
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new AppError('SSH_CONFIG_UNREADABLE', { file, reason: fileReason(cause) }, { cause });
  }
}

function parse(file: string, text: string): SSHConfig {
  try {
    return SSHConfig.parse(text);
  } catch (cause) {
    const reason = 'it is not in the format of OpenSSH';
    throw new AppError('SSH_CONFIG_UNREADABLE', { file, reason }, { cause });
  }
}

function isDirective(line: Line): line is Directive {
  return line.type === SSHConfig.DIRECTIVE;
}

function valuesOf({ value }: Directive): string[] {
  return typeof value === 'string' ? value.split(/\s+/) : value.map(({ val }) => val);
}

function fromHome(file: string, home: string): string {
  return file === '~' || file.startsWith('~/') ? path.join(home, file.slice(1)) : file;
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() ?? false;
}

function localUser(): string {
  try {
    return os.userInfo().username;
  } catch {
    return '';
  }
}
