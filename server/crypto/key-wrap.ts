/**
 * Lets Curve25519 messages be opened where the server runs inside Electron: BoringSSL has no AES key
 * wrap, but its Web Crypto takes a key for it and fails only when it is used. OpenPGP.js falls back to
 * its own code when the key is refused as unsupported; so it is refused. Imported for its effect.
 */
import { getCiphers, webcrypto } from 'node:crypto';

type ImportKey = (
  format: unknown,
  data: unknown,
  algorithm: unknown,
  ...rest: unknown[]
) => unknown;

const KEY_WRAP_CIPHER = 'id-aes256-wrap';

if (!getCiphers().includes(KEY_WRAP_CIPHER)) {
  const { subtle } = webcrypto;
  const original = subtle.importKey.bind(subtle) as ImportKey;
  const importKey: ImportKey = async (format, data, algorithm, ...rest) => {
    if (nameOf(algorithm) === 'AES-KW') {
      throw new DOMException('AES key wrap is not supported here', 'NotSupportedError');
    }
    return original(format, data, algorithm, ...rest);
  };
  Object.defineProperty(subtle, 'importKey', { value: importKey, configurable: true });
}

function nameOf(algorithm: unknown): unknown {
  return typeof algorithm === 'object' && algorithm !== null && 'name' in algorithm
    ? algorithm.name
    : algorithm;
}
