// Download links: what was altered or is old leads nowhere.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Links } from '../../../server/sds/links.ts';
import type { LinkTarget } from '../../../server/sds/links.ts';

const TARGET: LinkTarget = { tenantId: 't', appId: 'a', fileId: 'f', mode: 'encrypted' };

describe('a link', () => {
  const key = randomBytes(32);
  let now = 1_800_000_000_000;
  const links = new Links(key, () => now);

  it('leads to what it was made for until its time is over', () => {
    const { token, link } = links.issue(TARGET, 60);
    expect(links.check(token)).toEqual(link);
    expect(new Links(key, () => now).check(token)).toMatchObject(TARGET);
    now += 59_999;
    expect(links.check(token)).toEqual(link);
    now += 1;
    expect(links.check(token)).toBe('expired');
  });

  it('of another master key is none', () => {
    const { token } = links.issue(TARGET, 60);
    expect(new Links(randomBytes(32), () => now).check(token)).toBeUndefined();
  });

  it('with any character changed is none', () => {
    const { token } = links.issue(TARGET, 60);
    for (let at = 0; at < token.length; at += 1) {
      const other = token[at] === 'A' ? 'B' : 'A';
      const changed = `${token.slice(0, at)}${other}${token.slice(at + 1)}`;
      expect(links.check(changed), `at ${at}`).toBeUndefined();
    }
  });

  it('has a key of its own, the same at each fetch, which it does not show', () => {
    const first = links.issue(TARGET, 60);
    const second = links.issue(TARGET, 60);
    const secret = links.contentSecret(first.link);
    expect(secret.length).toBe(16);
    expect(new Links(key).contentSecret(first.link).equals(secret)).toBe(true);
    expect(links.contentSecret(second.link).equals(secret)).toBe(false);
    expect(Buffer.from(first.token, 'base64url').includes(secret)).toBe(false);
  });
});
