/** X-SDS-SIGNATURE: says which app makes a request, and proves it. The only place where bytes to be signed are made. */
import { createHash, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** In place of the body's hash where content is streamed. */
const UNSIGNED = 'UNSIGNED';

/** Who signs. */
export interface Signer {
  readonly name: string;
  readonly privateKey: KeyObject;
}

/** What a signature in strict mode covers beside the app's name. */
export interface StrictParts {
  readonly tenant: string;
  readonly requestId: string;
  readonly epochSeconds: number;
  readonly method: string;
  /** Path and query as they stand in the request line. */
  readonly target: string;
  /** `undefined` for content that is streamed. */
  readonly body: string | undefined;
}

/** The app's name alone; in strict mode all that a replay would have to change. */
export function signedBytes(appName: string, strict?: StrictParts): Buffer {
  if (!strict) return Buffer.from(appName, 'utf8');
  const { tenant, requestId, epochSeconds, method, target, body } = strict;
  const bodyHash =
    body === undefined ? UNSIGNED : createHash('sha256').update(body, 'utf8').digest('hex');
  const parts = [appName, tenant, requestId, String(epochSeconds), method, target, bodyHash];
  return Buffer.from(parts.join('\n'), 'utf8');
}

/** `<base64 signature>.<base64 app name>`, SHA1withRSA as the service demands. */
export function signatureHeader({ name, privateKey }: Signer, strict?: StrictParts): string {
  const signature = sign('RSA-SHA1', signedBytes(name, strict), privateKey).toString('base64');
  return `${signature}.${Buffer.from(name, 'utf8').toString('base64')}`;
}

/** What goes with a new key: SHA256withRSA by that key over `<app id>.<new key>`, base64. */
export function proofOf(newKey: KeyObject, appId: string, publicKey: string): string {
  return sign('RSA-SHA256', Buffer.from(`${appId}.${publicKey}`, 'utf8'), newKey).toString(
    'base64',
  );
}
