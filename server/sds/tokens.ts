/**
 * Access tokens: `<base64url payload>.<base64url HMAC-SHA256>`, the payload `{tenant, expires}`. They
 * need no table: every process with the same master key can check what another has issued.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

export const TOKEN_SECONDS = 86_400;
const KEY_BYTES = 32;
const MAX_TOKEN_CHARACTERS = 1000;

interface Payload {
  readonly tenant: string;
  /** Epoch seconds. */
  readonly expires: number;
}

export class Tokens {
  readonly #key: Buffer;
  readonly #now: () => number;

  /** @param now epoch milliseconds */
  constructor(masterKey: Buffer, now: () => number = Date.now) {
    const derived = hkdfSync('sha256', masterKey, Buffer.alloc(0), 'sealift:sds-token', KEY_BYTES);
    this.#key = Buffer.from(derived);
    this.#now = now;
  }

  issue(tenant: string): string {
    const payload: Payload = { tenant, expires: Math.floor(this.#now() / 1000) + TOKEN_SECONDS };
    const text = Buffer.from(JSON.stringify(payload), 'utf8').toString('base64url');
    return `${text}.${this.#mac(text).toString('base64url')}`;
  }

  /** @returns the tenant; undefined for a token that was not issued here, or has expired */
  check(token: string): string | undefined {
    if (token.length > MAX_TOKEN_CHARACTERS) return undefined;
    const [text = '', macText = '', ...rest] = token.split('.');
    const mac = Buffer.from(macText, 'base64url');
    const expected = this.#mac(text);
    if (rest.length > 0 || mac.length !== expected.length || !timingSafeEqual(mac, expected)) {
      return undefined;
    }
    const payload = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Payload;
    return payload.expires * 1000 > this.#now() ? payload.tenant : undefined;
  }

  #mac(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest();
  }
}
