/**
 * The SSH agent (ssh-agent, gpg-agent, 1Password, Pageant): which keys it holds, and signing with one of them.
 * A private key never leaves the agent.
 */
import ssh2, {
  type BaseAgent,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';
import { AppError } from '../../shared/errors/index.ts';
import { plainReason } from './plain-reason.ts';
import { describePublicBlob, SHA1_REFUSED, type SshPublicHalf } from './ssh-private-key.ts';

/** Which agent, and which of its keys; without one, all are offered in the agent's order. */
export interface AgentChoice {
  /** Path of the agent's socket, a named pipe on Windows, or `pageant` there. */
  readonly socket: string;
  readonly sha256?: string;
}

/** A key of the agent, as it is shown. */
export interface AgentKey extends SshPublicHalf {
  /** What the agent calls it; one line, may be empty. */
  readonly comment: string;
}

/** One key of the agent, ready to be offered to a server. */
export interface AgentIdentity {
  readonly key: AgentKey;
  readonly agent: BaseAgent;
}

const WINDOWS_PIPE = '\\\\.\\pipe\\openssh-ssh-agent';
/** An agent lies on this machine; asking it for its keys needs no user. */
const LIST_TIMEOUT_MS = 5_000;

/**
 * Where the agent of this user is.
 * @throws AppError SSH_AGENT_MISSING
 */
export function agentSocket(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const socket = env['SSH_AUTH_SOCK'] ?? (platform === 'win32' ? WINDOWS_PIPE : '');
  if (socket === '') throw new AppError('SSH_AGENT_MISSING');
  return socket;
}

/**
 * The keys of the agent that Sealift can log in with. Certificates and keys of security tokens are passed over.
 * @throws AppError SSH_AGENT_UNREACHABLE
 */
export async function agentKeys(socket: string): Promise<AgentKey[]> {
  return (await identitiesOf(socket)).map(({ key }) => key);
}

/** @throws AppError SSH_AGENT_UNREACHABLE, SSH_AGENT_EMPTY, SSH_AGENT_KEY_MISSING */
export async function agentIdentities({ socket, sha256 }: AgentChoice): Promise<AgentIdentity[]> {
  const all = await identitiesOf(socket);
  if (all.length === 0) throw new AppError('SSH_AGENT_EMPTY');
  const chosen = all.filter(({ key }) => sha256 === undefined || key.sha256 === sha256);
  if (chosen.length === 0)
    throw new AppError('SSH_AGENT_KEY_MISSING', { fingerprint: sha256 ?? '' });
  return chosen;
}

async function identitiesOf(socket: string): Promise<AgentIdentity[]> {
  const agent = ssh2.createAgent(socket);
  const parsed = await listed(agent);
  return parsed.map((publicKey) => ({
    key: {
      ...describePublicBlob(publicKey.getPublicSSH()),
      comment: publicKey.comment ? plainReason(publicKey.comment) : '',
    },
    agent: new OneKeyAgent(agent, publicKey),
  }));
}

function listed(agent: BaseAgent): Promise<ParsedKey[]> {
  return new Promise((resolve, reject) => {
    const unreachable = (cause?: unknown) =>
      reject(new AppError('SSH_AGENT_UNREACHABLE', {}, { cause }));
    const late = setTimeout(unreachable, LIST_TIMEOUT_MS);
    agent.getIdentities((error, keys) => {
      clearTimeout(late);
      if (error) unreachable(error);
      // ssh2's agents answer parsed keys; its types allow other forms, for agents of one's own.
      else resolve((keys ?? []) as ParsedKey[]);
    });
  });
}

/** Shows one key of an agent as if it had no other, and signs with that. */
class OneKeyAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: BaseAgent;
  readonly #publicKey: ParsedKey;

  constructor(agent: BaseAgent, publicKey: ParsedKey) {
    super();
    this.#agent = agent;
    this.#publicKey = publicKey;
  }

  override getIdentities(answer: IdentityCallback<ParsedKey>): void {
    answer(null, [this.#publicKey]);
  }

  override sign(
    _key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    answer?: SignCallback,
  ): void {
    // ssh2 gives options always; the shorter form is for agents of other programs.
    if (typeof options === 'function') return;
    const outdated = this.#publicKey.type === 'ssh-rsa' && options.hash === 'sha1';
    if (outdated) answer?.(new Error(SHA1_REFUSED));
    else this.#agent.sign(this.#publicKey, data, options, answer);
  }
}
