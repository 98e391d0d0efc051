/** The test of a stored connection, all its steps at once, with the host key that it met. */
import type { HostKey, ProbeStep } from '../../shared/domain/connection.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { ErrorView } from '../../shared/errors/index.ts';
import type { ConnectionStore } from './connection-store.ts';
import type { HostKeyVerifier, PresentedHostKey } from './host-key.ts';
import { pinPolicy } from './known-hosts.ts';
import { probe } from './probe.ts';

export interface ConnectionTest {
  readonly steps: readonly ProbeStep[];
  /** The host key that the server showed, when it is not the pinned one. */
  readonly presented?: HostKey;
  readonly error?: ErrorView;
}

/** Accepts the pinned host key and no other. @throws AppError CONNECTION_UNKNOWN, and those of reading the SSH key */
export async function testConnection(
  connections: ConnectionStore,
  id: string,
): Promise<ConnectionTest> {
  const { hostKey: pinned, directory } = await connections.get(id);
  const target = await connections.target(id);
  const steps: ProbeStep[] = [];
  let presented: HostKey | undefined;
  const pin = pinPolicy(pinned);
  const verify: HostKeyVerifier = Object.assign(
    (key: PresentedHostKey) => {
      if (key.sha256 !== pinned?.sha256) presented = { type: key.type, sha256: key.sha256 };
      return pin(key);
    },
    { knownTypes: pin.knownTypes },
  );
  let error: ErrorView | undefined;
  try {
    for await (const step of probe(target, directory, verify)) steps.push(step);
  } catch (fault) {
    if (!(fault instanceof AppError)) throw fault;
    error = fault.toView();
  }
  return {
    steps,
    ...(presented === undefined ? {} : { presented }),
    ...(error === undefined ? {} : { error }),
  };
}
