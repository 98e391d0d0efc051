/**
 * OpenSSH's known_hosts format (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): parsing, looking a host up,
 * and the line for a new key. Text in, data out; files are read in known-hosts.ts.
 */
import { createHmac } from 'node:crypto';
import { sha256Fingerprint } from './ssh-wire.ts';
import type { PresentedHostKey } from './host-key.ts';

const DEFAULT_SSH_PORT = 22;

interface KnownHostsLine {
  readonly marker: '' | '@revoked' | '@cert-authority';
  readonly hosts: string;
  readonly type: string;
  readonly base64: string;
}

export interface KnownHostKey {
  readonly type: string;
  readonly base64: string;
  readonly sha256: string;
}

/** What a known_hosts file says about one host. */
export interface KnownHost {
  readonly keys: readonly KnownHostKey[];
  readonly revoked: readonly KnownHostKey[];
  /** The host is trusted through a certificate authority; Sealift does not read host certificates. */
  readonly byCertificate: boolean;
}

/** Lines that are not in the format are passed over, as ssh does. */
export function parseKnownHosts(text: string): KnownHostsLine[] {
  const lines: KnownHostsLine[] = [];
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const fields = line.split(/[ \t]+/);
    const marker = fields[0]?.startsWith('@') ? fields.shift() : '';
    const [hosts, type, base64] = fields;
    if (marker !== '' && marker !== '@revoked' && marker !== '@cert-authority') continue;
    if (!hosts || !type || !base64 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) continue;
    lines.push({ marker, hosts, type, base64 });
  }
  return lines;
}

export function findKnownHost(
  lines: readonly KnownHostsLine[],
  host: string,
  port: number,
): KnownHost {
  const name = knownHostName(host, port);
  const matching = lines.filter((line) => matchesHost(line.hosts, name));
  const keysWith = (marker: KnownHostsLine['marker']) =>
    matching.filter((line) => line.marker === marker).map(toKey);
  return {
    keys: keysWith(''),
    revoked: keysWith('@revoked'),
    byCertificate: matching.some((line) => line.marker === '@cert-authority'),
  };
}

/** The line under which a key is added, without a line break. */
export function knownHostsLine(key: PresentedHostKey): string {
  return `${knownHostName(key.host, key.port)} ${key.type} ${key.base64}`;
}

/** How known_hosts names a host: `[host]:port` unless the port is 22, in lower case. */
function knownHostName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === DEFAULT_SSH_PORT ? name : `[${name}]:${port}`;
}

function toKey({ type, base64 }: KnownHostsLine): KnownHostKey {
  return { type, base64, sha256: sha256Fingerprint(Buffer.from(base64, 'base64')) };
}

function matchesHost(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) return matchesHashed(hosts, name);
  let matched = false;
  for (const pattern of hosts.toLowerCase().split(',')) {
    if (pattern.startsWith('!')) {
      if (matchesPattern(pattern.slice(1), name)) return false;
    } else if (matchesPattern(pattern, name)) {
      matched = true;
    }
  }
  return matched;
}

/** `|1|salt|hash`: HMAC-SHA1 of the name under the salt, both in base64. */
function matchesHashed(hosts: string, name: string): boolean {
  const [, version, salt, hash] = hosts.split('|');
  if (version !== '1' || !salt || !hash) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** `*` stands for any characters, `?` for one. Walks instead of using a regular expression: the pattern comes from a file. */
function matchesPattern(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let position = 0;
  while (position < name.length) {
    if (pattern[at] === '*') {
      star = at++;
      resume = position;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[position])) {
      at++;
      position++;
    } else if (star >= 0) {
      at = star + 1;
      position = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
