/**
 * Download links: `<base64url payload>.<base64url HMAC-SHA256>`. They need no table and no header; any
 * process with the same master key can check what another has issued.
 */
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { SECRET_BYTES } from './envelope.ts';
import type { ReadMode } from './permissions.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 16;
const MAX_TOKEN_CHARACTERS = 1000;

/** What a link lets its bearer fetch, and as whom. */
export interface LinkTarget {
  readonly tenantId: string;
  readonly appId: string;
  readonly fileId: string;
  readonly mode: ReadMode;
}

export interface Link extends LinkTarget {
  /** Epoch seconds. */
  readonly expires: number;
  /** Makes every link another one: for encrypted content it leads to a key of its own. */
  readonly nonce: string;
}

export class Links {
  readonly #macKey: Buffer;
  readonly #contentKey: Buffer;
  readonly #now: () => number;

  /** @param now epoch milliseconds */
  constructor(masterKey: Buffer, now: () => number = Date.now) {
    const derive = (info: string) =>
      Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), info, KEY_BYTES));
    this.#macKey = derive('sealift:sds-link');
    this.#contentKey = derive('sealift:sds-link-content');
    this.#now = now;
  }

  issue(target: LinkTarget, seconds: number): { token: string; link: Link } {
    const expires = Math.floor(this.#now() / 1000) + seconds;
    const { tenantId, appId, fileId, mode } = target;
    const nonce = randomBytes(NONCE_BYTES).toString('base64url');
    const link: Link = { tenantId, appId, fileId, mode, expires, nonce };
    const text = Buffer.from(JSON.stringify(link), 'utf8').toString('base64url');
    return { token: `${text}.${this.#mac(text).toString('base64url')}`, link };
  }

  /** @returns undefined for a token that was not issued here or was altered, 'expired' for an old one */
  check(token: string): Link | 'expired' | undefined {
    if (token.length > MAX_TOKEN_CHARACTERS) return undefined;
    const [text = '', macText = '', ...rest] = token.split('.');
    const mac = Buffer.from(macText, 'base64url');
    const expected = this.#mac(text);
    // Compared as text too: decoders of base64url read more than one text as the same bytes.
    if (
      rest.length > 0 ||
      mac.length !== expected.length ||
      !timingSafeEqual(mac, expected) ||
      macText !== expected.toString('base64url')
    ) {
      return undefined;
    }
    const link = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Link;
    return link.expires * 1000 > this.#now() ? link : 'expired';
  }

  /** The key under which this link gives encrypted content: 16 bytes, the same at each fetch. */
  contentSecret({ nonce, fileId, appId }: Link): Buffer {
    return createHmac('sha256', this.#contentKey)
      .update(`${fileId}.${appId}.${nonce}`)
      .digest()
      .subarray(0, SECRET_BYTES);
  }

  #mac(text: string): Buffer {
    return createHmac('sha256', this.#macKey).update(text).digest();
  }
}
