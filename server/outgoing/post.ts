/** One POST to a customer's address: no redirects, a time limit, and nothing kept of the answer. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { resolveTarget } from './targets.ts';
import type { TargetPolicy } from './targets.ts';

const TIMEOUT_MS = 10_000;

export interface Post {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * @returns the status of the answer, whatever it is
 * @throws TargetError, and what `node:http` throws
 */
export async function post(call: Post, policy: TargetPolicy): Promise<number> {
  const url = new URL(call.url);
  const address = await resolveTarget(url.hostname, policy);
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: 'POST',
      headers: { ...call.headers, 'Content-Length': Buffer.byteLength(call.body) },
      // The certificate is checked against the name of the URL; the connection goes to the address.
      lookup: always(address),
      agent: false,
      signal,
    });
    request.once('error', reject);
    request.once('response', (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    request.end(call.body);
  });
}

function always(address: string): LookupFunction {
  const family = isIP(address);
  return (_name, options, done) => {
    if (options.all) done(null, [{ address, family }]);
    else done(null, address, family);
  };
}
