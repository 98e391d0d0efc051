/** The connections of this profile and the SSH keys that Sealift keeps for them. */
import type { Connection } from '../../../shared/domain/connection.ts';
import { createResource } from '../../bridge/resource.ts';
import { call } from '../../bridge/window-api.ts';

export const useConnections = createResource(() => call('connections.list', {}));
export const useSshKeys = createResource(() => call('sshKeys.list', {}));

/** Loads once for whoever needs the list first. */
export function ensureConnections(): void {
  const { value, load } = useConnections.getState();
  if (value === undefined) void load();
}

export function keepConnection(connection: Connection): void {
  const connections = useConnections.getState().value ?? [];
  const isKnown = connections.some((other) => other.id === connection.id);
  useConnections.setState({
    value: isKnown
      ? connections.map((other) => (other.id === connection.id ? connection : other))
      : [...connections, connection],
  });
}
