/**
 * How much of the server's output a client has not taken. ssh2 tells nobody; its private parts are
 * read here and nowhere else.
 */
import type { Socket } from 'node:net';
import type { Connection, SFTPWrapper } from 'ssh2';

export function socketOf(client: Connection): Socket {
  return (client as unknown as { readonly _sock: Socket })._sock;
}

/** Bytes that the client allows to be sent on the channel now (RFC 4254, 5.2). */
export function windowBytes(sftp: SFTPWrapper): number {
  return (sftp as unknown as { readonly outgoing: { readonly window: number } }).outgoing.window;
}
