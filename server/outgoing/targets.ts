/**
 * Where the server may connect to on a customer's word. Names are resolved once, here, and the
 * connection goes to the address that was checked: a name cannot answer differently the next time.
 */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

export interface TargetPolicy {
  /** Private, loopback and link-local addresses too: for a server that is itself on loopback. */
  readonly allowPrivate: boolean;
}

/** A target that the policy forbids, or a name without address. `message` names the host alone. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
}

/** IANA's special-purpose IPv4 ranges: none of them is a stranger's server on the Internet. */
const SPECIAL_IPV4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** Within 2000::/3, and yet a way to other networks (Teredo, 6to4) or to none. */
const SPECIAL_IPV6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [network, prefix] of SPECIAL_IPV4) special.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of SPECIAL_IPV6) special.addSubnet(network, prefix, 'ipv6');
/** All that is routed on the Internet; IPv4 in IPv6's clothes, `::1` and `fe80::` are outside. */
const globalIpv6 = new BlockList();
globalIpv6.addSubnet('2000::', 3, 'ipv6');

/** Whether an address is one of the public Internet. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !special.check(address, 'ipv4');
  return version === 6 && globalIpv6.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/**
 * An address that a customer wants to be called at: https, or http where the policy allows private
 * networks; no user, password and fragment.
 * @returns its normal form; undefined when it is none of these
 */
export function readTargetUrl(text: string, policy: TargetPolicy): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isAllowed =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && policy.allowPrivate);
  const isPlain = isAllowed && url.username === '' && url.password === '' && url.hash === '';
  return isPlain ? url.href : undefined;
}

/** What `readTargetUrl` takes, in words. */
export function targetUrlKind(policy: TargetPolicy): string {
  const scheme = policy.allowPrivate ? 'http or https' : 'https';
  return `an ${scheme} address without user, password and fragment`;
}

/**
 * The address to connect to.
 * @param host a name or an address; IPv6 in brackets too, as in a URL
 * @throws TargetError
 */
export async function resolveTarget(host: string, policy: TargetPolicy): Promise<string> {
  const name = host.replace(/^\[(.*)\]$/, '$1');
  const found = await lookup(name, { all: true }).catch((cause: unknown) => {
    throw new TargetError(`${host} has no address`, { cause });
  });
  const allowed = found.find(({ address }) => policy.allowPrivate || isPublicAddress(address));
  if (!allowed) throw new TargetError(`${host} is not on the public Internet`);
  return allowed.address;
}
