/** The test of a stored connection, with the host key that it met and what the user's own known_hosts says of that. */
import { readFile } from 'node:fs/promises';
import type { PresentedKey, ProbeStep } from '../../shared/domain/connection.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { ErrorView } from '../../shared/errors/index.ts';
import type { SshJump } from './connect.ts';
import type { ConnectionStore } from './connection-store.ts';
import type { HostKeyVerifier, PresentedHostKey } from './host-key.ts';
import { findKnownHost, parseKnownHosts } from './known-hosts-file.ts';
import { pinPolicy } from './known-hosts.ts';
import { probe } from './probe.ts';

export interface ConnectionTest {
  readonly steps: readonly ProbeStep[];
  /** The host key that a server of the way showed, when it is not the pinned one. */
  readonly presented?: PresentedKey;
  readonly error?: ErrorView;
}

export interface TestHands {
  readonly connections: ConnectionStore;
  /** The user's `~/.ssh/known_hosts`. Read only; it need not be there. */
  readonly knownHostsPath: string;
  /** Told each step as soon as it is known. */
  readonly onStep: (step: ProbeStep) => void;
}

/** Accepts the pinned host keys and no other. @throws AppError CONNECTION_UNKNOWN, and those of reading the SSH key */
export async function testConnection(
  { connections, knownHostsPath, onStep }: TestHands,
  id: string,
): Promise<ConnectionTest> {
  const { hostKey: pinned, directory, habits } = await connections.get(id);
  const target = await connections.target(id);
  const steps: ProbeStep[] = [];
  let shown: PresentedHostKey | undefined;
  const noting = (pin: HostKeyVerifier): HostKeyVerifier =>
    Object.assign(
      async (key: PresentedHostKey) => {
        shown = key;
        await pin(key);
        shown = undefined;
      },
      { knownTypes: pin.knownTypes },
    );
  let error: ErrorView | undefined;
  // Without a pin of its own a jump host would be held against that of the server.
  const jumps = target.jumps?.map(({ hostKey, ...jump }): SshJump => {
    return { ...jump, verifyHostKey: noting(pinPolicy(hostKey)) };
  });
  try {
    const way = { directory, finalNames: habits.finalNames };
    const tried = probe({ ...target, jumps }, way, noting(pinPolicy(pinned)));
    for await (const step of tried) {
      steps.push(step);
      onStep(step);
    }
  } catch (fault) {
    if (!(fault instanceof AppError)) throw fault;
    error = fault.toView();
  }
  const presented = shown && (await knownElsewhere(shown, knownHostsPath));
  return { steps, ...(presented && { presented }), ...(error && { error }) };
}

async function knownElsewhere(key: PresentedHostKey, file: string): Promise<PresentedKey> {
  const { host, port, type, sha256, base64 } = key;
  // Where the user has none, or keeps it to himself, it says nothing.
  const text = await readFile(file, 'utf8').catch(() => '');
  const { keys, revoked } = findKnownHost(parseKnownHosts(text), host, port);
  const isIn = (list: readonly { readonly base64: string }[]) =>
    list.some((one) => one.base64 === base64);
  const knownHosts = isIn(revoked)
    ? 'revoked'
    : isIn(keys)
      ? 'same'
      : keys.length > 0
        ? 'other'
        : 'unknown';
  return { host, port, type, sha256, knownHosts };
}
