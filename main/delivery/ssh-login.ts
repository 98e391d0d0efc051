/**
 * How a login is tried: the key file, the keys of the agent, and a password only where the user allowed one.
 * Which of them the server took is known afterwards.
 */
import type { AnyAuthMethod, AuthHandlerMiddleware } from 'ssh2';
import { AppError } from '../../shared/errors/index.ts';
import { plainReason } from './plain-reason.ts';
import { agentIdentities, type AgentChoice } from './ssh-agent.ts';
import { readSshPrivateKey } from './ssh-private-key.ts';

/** What a login may use. At least one of key, agent and password. */
export interface SshLogin {
  /** Content of the key file, OpenSSH or PEM. */
  readonly privateKey?: Uint8Array | string | undefined;
  readonly passphrase?: string | undefined;
  readonly agent?: AgentChoice | undefined;
  /** There only where the user allowed a password for this server. */
  readonly password?: string | undefined;
}

/** With what the server let the user in. */
export interface LoginUsed {
  readonly method: 'key' | 'agent' | 'password';
  /** SHA-256 fingerprint of the SSH key; absent for a password. */
  readonly sha256?: string;
}

interface Candidate {
  readonly used: LoginUsed;
  /** As a sentence names it. */
  readonly words: string;
  readonly attempt: AnyAuthMethod;
}

/** @throws AppError SSH_KEY_*, SSH_AGENT_*, LOGIN_WITHOUT_MEANS */
export async function prepareLogin(username: string, login: SshLogin): Promise<LoginAttempts> {
  const candidates: Candidate[] = [];
  if (login.privateKey !== undefined) {
    const { signer, publicHalf } = readSshPrivateKey(login.privateKey, login.passphrase);
    candidates.push({
      used: { method: 'key', sha256: publicHalf.sha256 },
      words: `the SSH key ${publicHalf.sha256}`,
      attempt: { type: 'publickey', username, key: signer },
    });
  }
  if (login.agent !== undefined) {
    for (const { key, agent } of await agentIdentities(login.agent)) {
      const called = key.comment === '' ? '' : ` (${key.comment})`;
      candidates.push({
        used: { method: 'agent', sha256: key.sha256 },
        words: `the SSH key ${key.sha256}${called} of the agent`,
        attempt: { type: 'agent', username, agent },
      });
    }
  }
  if (candidates.length === 0 && login.password === undefined) {
    throw new AppError('LOGIN_WITHOUT_MEANS', { username });
  }
  return new LoginAttempts(username, candidates, login.password);
}

/** The attempts of one login, in their order. */
export class LoginAttempts {
  readonly #username: string;
  readonly #keys: readonly Candidate[];
  readonly #password: string | undefined;
  readonly #tried: Candidate[] = [];
  #next = 0;
  #asked = false;
  #passwordTried = false;
  #accepted: string[] = [];
  #furtherMethods = '';
  #question: string | undefined;

  constructor(username: string, keys: readonly Candidate[], password: string | undefined) {
    this.#username = username;
    this.#keys = keys;
    this.#password = password;
  }

  /** The last attempt: after a login, what the server took. */
  get used(): LoginUsed | undefined {
    return this.#tried.at(-1)?.used;
  }

  get words(): string {
    return this.#tried.at(-1)?.words ?? 'nothing';
  }

  /** For ssh2: the next attempt, of the methods that the server still allows. */
  readonly handler: AuthHandlerMiddleware = (methods, partial, next) => {
    // ssh2 knows no methods before the first attempt, and says null.
    const allowed = methods as readonly string[] | null;
    if (partial) this.#accepted.push(this.words);
    if (allowed !== null) this.#furtherMethods = allowed.join(', ');
    const candidate = this.#candidate(allowed);
    // `false` ends the login; the published types leave it out.
    if (candidate === undefined) (next as unknown as (end: false) => void)(false);
    else next(candidate);
  };

  /** Why no attempt was left. */
  failure(host: string, cause: unknown): AppError {
    const username = this.#username;
    const question = this.#question;
    if (question !== undefined) {
      return new AppError('LOGIN_ASKS_MORE', { host, username, question }, { cause });
    }
    const methods = plainReason(this.#furtherMethods);
    if (this.#accepted.length > 0) {
      const accepted = this.#accepted.join(' and ');
      return new AppError('LOGIN_INCOMPLETE', { host, username, accepted, methods }, { cause });
    }
    if (this.#tried.length === 0) {
      return new AppError('LOGIN_METHOD_MISSING', { host, username, methods }, { cause });
    }
    return new AppError('LOGIN_REFUSED', { host, username, offered: this.#offered() }, { cause });
  }

  #offered(): string {
    const words = [...new Set(this.#tried.map((one) => one.words))];
    return words.length > 3 ? `any of ${words.length} SSH keys` : words.join(' or ');
  }

  #candidate(allowed: readonly string[] | null): AnyAuthMethod | undefined {
    const mayUse = (method: string) => allowed === null || allowed.includes(method);
    const key = mayUse('publickey') ? this.#keys[this.#next] : undefined;
    if (key !== undefined) {
      this.#next += 1;
      this.#tried.push(key);
      return key.attempt;
    }
    if (this.#password === undefined || this.#passwordTried) return undefined;
    if (allowed === null) {
      // Only a server that takes passwords is told one.
      if (this.#asked) return undefined;
      this.#asked = true;
      return { type: 'none', username: this.#username };
    }
    return this.#passwordAttempt(this.#password, mayUse);
  }

  #passwordAttempt(
    password: string,
    mayUse: (method: string) => boolean,
  ): AnyAuthMethod | undefined {
    const username = this.#username;
    const attempt: AnyAuthMethod | undefined = mayUse('password')
      ? { type: 'password', username, password }
      : mayUse('keyboard-interactive')
        ? { type: 'keyboard-interactive', username, prompt: this.#answerer(password) }
        : undefined;
    if (attempt === undefined) return undefined;
    this.#passwordTried = true;
    this.#tried.push({ used: { method: 'password' }, words: 'the password', attempt });
    return attempt;
  }

  /** Answers one hidden question, once: a code from a telephone is not the password. */
  #answerer(password: string) {
    let answered = false;
    return (
      _name: string,
      _instructions: string,
      _language: string,
      prompts: readonly { readonly prompt: string; readonly echo?: boolean }[],
      finish: (answers: string[]) => void,
    ): void => {
      const isPassword = !answered && prompts.length === 1 && prompts[0]?.echo !== true;
      answered = true;
      if (isPassword) {
        finish([password]);
        return;
      }
      this.#question = plainReason(prompts.map(({ prompt }) => prompt).join(' '));
      finish(prompts.map(() => ''));
    };
  }
}
