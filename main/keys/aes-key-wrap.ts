/**
 * Mends Curve25519 in Electron. Its Web Crypto offers AES key wrap and then fails at every use, for
 * the library beneath lacks the cipher; OpenPGP.js has an implementation of its own, but takes to it
 * only where key wrap is *not supported*. So key wrap is made to say just that. Elsewhere this does nothing.
 */
import { getCiphers, webcrypto } from 'node:crypto';

const { subtle } = webcrypto;

if (!getCiphers().includes('id-aes256-wrap')) {
  const importKey = subtle.importKey.bind(subtle) as (...args: unknown[]) => Promise<unknown>;
  const refusing = (...args: unknown[]): Promise<unknown> =>
    isKeyWrap(args[2])
      ? Promise.reject(new DOMException('AES key wrap is missing', 'NotSupportedError'))
      : importKey(...args);
  Object.defineProperty(subtle, 'importKey', { value: refusing, configurable: true });
}

function isKeyWrap(algorithm: unknown): boolean {
  const name =
    typeof algorithm === 'object' && algorithm !== null && 'name' in algorithm
      ? algorithm.name
      : algorithm;
  return name === 'AES-KW';
}
