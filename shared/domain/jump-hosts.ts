/** Jump hosts as one line of text, in the form of `ssh -J`: `user@host:port, host`. */
import type { JumpHost } from './connection.ts';

const SSH_PORT = 22;
/** More than anyone needs to get anywhere. */
export const MOST_JUMPS = 8;
const HOP =
  /^(?:(?<username>[^@\s]+)@)?(?:\[(?<bracketed>[^\]\s]+)\]|(?<plain>[^:@\s[\]]+))(?::(?<port>\d{1,5}))?$/;

/**
 * The hosts in their order, from here to the server.
 * @param username of a host that names none
 * @returns undefined for a text that is not of the form
 */
export function readJumps(text: string, username: string): JumpHost[] | undefined {
  if (text.trim() === '') return [];
  const jumps: JumpHost[] = [];
  for (const hop of text.split(',')) {
    const parts = HOP.exec(hop.trim().replace(/^ssh:\/\//, ''))?.groups;
    const host = parts?.['bracketed'] ?? parts?.['plain'];
    const port = parts?.['port'] === undefined ? SSH_PORT : Number(parts['port']);
    if (host === undefined || port < 1 || port > 65_535) return undefined;
    jumps.push({ host, port, username: parts?.['username'] ?? username });
  }
  return jumps.length > MOST_JUMPS ? undefined : jumps;
}

/** The text that `readJumps` reads. */
export function jumpsText(jumps: readonly Omit<JumpHost, 'hostKey'>[]): string {
  return jumps
    .map(({ host, port, username }) => {
      const address = host.includes(':') ? `[${host}]` : host;
      return `${username}@${address}${port === SSH_PORT ? '' : `:${port}`}`;
    })
    .join(', ');
}
