/** Logging in by ssh-agent, by password where it is allowed, and through jump hosts. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { AuthContext, KeyboardAuthContext } from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectSftp, type SshJump, type SshTarget } from '../../../main/delivery/connect.ts';
import { deliver } from '../../../main/delivery/deliver.ts';
import type { HostKeyVerifier } from '../../../main/delivery/host-key.ts';
import { pinPolicy } from '../../../main/delivery/known-hosts.ts';
import { agentKeys } from '../../../main/delivery/ssh-agent.ts';
import { AppError, errorNext, errorText } from '../../../shared/errors/index.ts';
import { startQuirkySftp } from '../../helpers/quirky-sftp.ts';
import { fingerprintOf, freePort, makeKeyFile, startSshd, type Sshd } from '../../helpers/sshd.ts';
import { startSshAgent, type SshAgent } from '../../helpers/ssh-agent.ts';
import { startTcpProxy } from '../../helpers/tcp-proxy.ts';
import { useSshd, withServer } from './deliveries.ts';

const { sshd, prepare } = useSshd();
const acceptAll: HostKeyVerifier = () => Promise.resolve();

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function addressOf({ host, port, username }: Sshd) {
  return { host, port, username };
}

async function factsOf(target: SshTarget, verifyHostKey = acceptAll) {
  const session = await connectSftp(target, { verifyHostKey });
  session.close();
  return session.facts;
}

async function failureOf(target: SshTarget, verifyHostKey = acceptAll): Promise<AppError> {
  const failure: unknown = await factsOf(target, verifyHostKey).catch((error: unknown) => error);
  if (!(failure instanceof AppError)) throw new Error(`not an AppError: ${String(failure)}`);
  expect(`${errorText(failure)} ${errorNext(failure)}`).not.toMatch(/\{\w+\}/);
  return failure;
}

describe('the SSH agent', () => {
  let agent: SshAgent;
  let stranger: string;
  beforeAll(async () => {
    stranger = makeKeyFile(path.join(sshd().workDir, 'agent-stranger'));
    agent = await startSshAgent([stranger, sshd().identityPath]);
  });
  afterAll(() => agent.stop());

  it('shows its keys, and the one that logged in is known', async () => {
    const keys = await agentKeys(agent.socket);
    const sha256 = fingerprintOf(sshd().identityPath);
    expect(keys.map((key) => key.sha256)).toEqual([fingerprintOf(stranger), sha256]);
    const facts = await factsOf({ ...addressOf(sshd()), agent: { socket: agent.socket } });
    expect(facts.login).toEqual({ method: 'agent', sha256 });
  });

  it('offers the chosen key alone', async () => {
    const sha256 = fingerprintOf(stranger);
    const failure = await failureOf({
      ...addressOf(sshd()),
      agent: { socket: agent.socket, sha256 },
    });
    expect(failure.code).toBe('LOGIN_REFUSED');
    expect(failure.params['offered']).toContain(sha256);
    expect(failure.params['offered']).not.toContain(fingerprintOf(sshd().identityPath));
  });

  it.each([
    ['rsa', ['-t', 'rsa', '-b', '2048']],
    ['ecdsa', ['-t', 'ecdsa', '-b', '384']],
  ])('signs with a key of type %s', async (type, args) => {
    const file = makeKeyFile(path.join(sshd().workDir, `agent-${type}`), args);
    const authorizedKeys = [readFileSync(`${file}.pub`, 'utf8').trim()];
    const own = await startSshAgent([file]);
    closers.push(() => own.stop());
    await withServer({ authorizedKeys }, async (server) => {
      const facts = await factsOf({ ...addressOf(server), agent: { socket: own.socket } });
      expect(facts.login.sha256).toBe(fingerprintOf(file));
    });
  });

  it('is missed in plain words when it is gone, empty, locked, or lacks the key', async () => {
    const address = addressOf(sshd());
    const own = await startSshAgent();
    const { socket } = own;
    expect((await failureOf({ ...address, agent: { socket } })).code).toBe('SSH_AGENT_EMPTY');
    own.add(stranger);
    const lacking = await failureOf({ ...address, agent: { socket, sha256: 'SHA256:other' } });
    expect(lacking.code).toBe('SSH_AGENT_KEY_MISSING');
    await own.stop();
    const gone = await failureOf({ ...address, agent: { socket } });
    expect(gone.code).toBe('SSH_AGENT_UNREACHABLE');
  });

  it('that takes the key away in between did not sign', async () => {
    const own = await startSshAgent([sshd().identityPath]);
    closers.push(() => own.stop());
    const forget: HostKeyVerifier = () => Promise.resolve(own.sshAdd('-D'));
    const failure = await failureOf(
      { ...addressOf(sshd()), agent: { socket: own.socket } },
      forget,
    );
    expect(failure.code).toBe('SSH_AGENT_REFUSED');
  });

  it('holds certificates, which are passed over', async () => {
    const ca = makeKeyFile(path.join(sshd().workDir, 'ca'));
    const key = makeKeyFile(path.join(sshd().workDir, 'certified'));
    execFileSync('ssh-keygen', ['-q', '-s', ca, '-I', 'id', '-n', sshd().username, `${key}.pub`]);
    expect(existsSync(`${key}-cert.pub`)).toBe(true);
    // ssh-add takes the certificate beside the key.
    const own = await startSshAgent([key]);
    closers.push(() => own.stop());
    const keys = await agentKeys(own.socket);
    expect(keys.map((one) => one.sha256)).toEqual([fingerprintOf(`${key}.pub`)]);
    const privateKey = readFileSync(`${key}-cert.pub`);
    const failure = await failureOf({ ...addressOf(sshd()), privateKey });
    expect(failure.code).toBe('SSH_KEY_IS_CERTIFICATE');
  });
});

describe('a password', () => {
  const PASSWORD = 'correct horse';

  async function serverThat(login: (attempt: AuthContext) => void) {
    const server = await startQuirkySftp({ login });
    closers.push(() => server.stop());
    return { host: server.host, port: server.port, username: 'me' };
  }

  const byPassword = (attempt: AuthContext): void => {
    const good = attempt.method === 'password' && attempt.password === PASSWORD;
    if (good) attempt.accept();
    else attempt.reject(['password']);
  };

  const byQuestions =
    (...questions: readonly { prompt: string; echo: boolean }[]) =>
    (attempt: AuthContext): void => {
      if (attempt.method !== 'keyboard-interactive') {
        attempt.reject(['keyboard-interactive']);
        return;
      }
      ask(attempt, [...questions]);
    };

  function ask(attempt: KeyboardAuthContext, left: { prompt: string; echo: boolean }[]): void {
    const next = left.shift();
    if (next === undefined) attempt.accept();
    else {
      attempt.prompt([next], 'Login', '', (answers) => {
        if (answers[0] === PASSWORD) ask(attempt, left);
        else attempt.reject(['keyboard-interactive']);
      });
    }
  }

  it('logs in where it is allowed', async () => {
    const address = await serverThat(byPassword);
    const facts = await factsOf({ ...address, password: PASSWORD });
    expect(facts.login).toEqual({ method: 'password' });
    const failure = await failureOf({ ...address, password: 'wrong' });
    expect(failure).toMatchObject({ code: 'LOGIN_REFUSED', params: { offered: 'the password' } });
  });

  it('is never told to a server that did not ask for one, and never used when not allowed', async () => {
    const methods: string[] = [];
    const address = await serverThat((attempt) => {
      methods.push(attempt.method);
      attempt.reject(['publickey']);
    });
    const failure = await failureOf({ ...address, password: PASSWORD });
    expect(failure).toMatchObject({
      code: 'LOGIN_METHOD_MISSING',
      params: { methods: 'publickey' },
    });
    expect(methods).toEqual(['none']);
    const privateKey = readFileSync(sshd().identityPath);
    const asked = await serverThat(byPassword);
    expect((await failureOf({ ...asked, privateKey })).code).toBe('LOGIN_REFUSED');
    expect((await failureOf(address)).code).toBe('LOGIN_WITHOUT_MEANS');
  });

  it('is the second of two things that a server asks for', async () => {
    const address = await serverThat((attempt) => {
      if (attempt.method === 'publickey') {
        if (attempt.signature) attempt.reject(['password'], true);
        else attempt.accept();
      } else byPassword(attempt);
    });
    const privateKey = readFileSync(sshd().identityPath);
    const facts = await factsOf({ ...address, privateKey, password: PASSWORD });
    expect(facts.login).toEqual({ method: 'password' });
    const failure = await failureOf({ ...address, privateKey });
    expect(failure).toMatchObject({ code: 'LOGIN_INCOMPLETE', params: { methods: 'password' } });
  });

  it('answers one hidden question, and nothing more', async () => {
    const hidden = { prompt: 'Password: ', echo: false };
    const code = { prompt: 'Code from your telephone: ', echo: false };
    const once = await serverThat(byQuestions(hidden));
    await factsOf({ ...once, password: PASSWORD });
    const twice = await serverThat(byQuestions(hidden, code));
    expect(await failureOf({ ...twice, password: PASSWORD })).toMatchObject({
      code: 'LOGIN_ASKS_MORE',
      params: { question: 'Code from your telephone:' },
    });
    const shown = await serverThat(byQuestions({ prompt: 'Name: ', echo: true }));
    expect((await failureOf({ ...shown, password: PASSWORD })).code).toBe('LOGIN_ASKS_MORE');
  });
});

describe('jump hosts', () => {
  let jump: Sshd;
  beforeAll(async () => {
    jump = await startSshd();
  });
  afterAll(() => jump.stop());

  function hop(server: Sshd, sha256 = server.hostKeySha256): SshJump {
    return {
      ...addressOf(server),
      privateKey: readFileSync(server.identityPath),
      hostKey: { type: 'ssh-ed25519', sha256 },
    };
  }

  function targetThrough(jumps: readonly SshJump[]): SshTarget {
    return { ...addressOf(sshd()), privateKey: readFileSync(sshd().identityPath), jumps };
  }

  const pinned = () => pinPolicy({ type: 'ssh-ed25519', sha256: sshd().hostKeySha256 });

  it('lead on, each with its host key checked, and what is sent arrives', async () => {
    await withServer({}, async (second) => {
      const stages: string[] = [];
      const session = await connectSftp(targetThrough([hop(jump), hop(second)]), {
        verifyHostKey: pinned(),
        onStage: (stage) => stages.push(stage),
      });
      const { bytes, folder, request } = prepare(3_000_000);
      await deliver(session, request);
      expect(readFileSync(path.join(folder, request.data.name)).equals(bytes)).toBe(true);
      const closed = logged(jump, 'Disconnected from user');
      session.close();
      await closed;
      expect(stages).toEqual(['resolve', 'connect', 'jump', 'jump', 'host-key', 'login']);
      expect(jump.log()).toContain('Accepted publickey');
    });
  });

  it('that show another host key are refused before anything is told to them', async () => {
    const failure = await failureOf(targetThrough([hop(jump, 'SHA256:other')]), pinned());
    expect(failure).toMatchObject({ code: 'HOST_KEY_CHANGED', params: { port: jump.port } });
  });

  it('do not vouch for the target: its key is checked as well', async () => {
    const other = pinPolicy({ type: 'ssh-ed25519', sha256: 'SHA256:other' });
    const failure = await failureOf(targetThrough([hop(jump)]), other);
    expect(failure).toMatchObject({ code: 'HOST_KEY_CHANGED', params: { port: sshd().port } });
  });

  it('that forbid forwarding, or find nothing there, are named', async () => {
    await withServer({ config: ['AllowTcpForwarding no'] }, async (server) => {
      const failure = await failureOf(targetThrough([hop(server)]));
      expect(failure).toMatchObject({ code: 'JUMP_REFUSED', params: { nextPort: sshd().port } });
    });
    const port = await freePort();
    const failure = await failureOf({ ...targetThrough([hop(jump)]), port });
    expect(failure).toMatchObject({ code: 'JUMP_REFUSED', params: { nextPort: port } });
  });

  it('that go away end the session', async () => {
    const proxy = await startTcpProxy(jump.port);
    closers.push(() => proxy.stop());
    const session = await connectSftp(targetThrough([{ ...hop(jump), port: proxy.port }]), {
      verifyHostKey: pinned(),
    });
    proxy.cut();
    await expect(session.realpath('.')).rejects.toMatchObject({ reason: 'lost' });
    session.close();
  });
});

/** Resolves when a line with the words is added to the log. */
async function logged(server: Sshd, words: string): Promise<void> {
  const before = server.log().length;
  const deadline = Date.now() + 10_000;
  while (!server.log().slice(before).includes(words)) {
    if (Date.now() > deadline) throw new Error(`not logged: ${words}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
