/** From a connection of this profile to the account on the Sealift server beside it. */
import type { ConnectionStore } from '../delivery/connection-store.ts';
import { ConsoleClient } from './client.ts';
import type { Platform } from './key-registration.ts';

/** @throws AppError CONNECTION_UNKNOWN, CONSOLE_MISSING, CONSOLE_URL_INVALID, CONSOLE_INSECURE */
export async function platformOf(
  connections: ConnectionStore,
  connectionId: string,
): Promise<Platform> {
  const { url, account, adminToken } = await connections.consoleAccess(connectionId);
  const { name } = await connections.get(connectionId);
  return { client: new ConsoleClient({ url, adminToken }), accountId: account, name };
}
