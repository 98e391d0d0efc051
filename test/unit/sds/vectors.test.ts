/** The vectors of docs/formats/sds-envelope.md, made by OpenSSL's command line. */
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readAppKey } from '../../../server/sds/rules.ts';
import {
  hashBody,
  isProof,
  isSignedBy,
  parseSignature,
  signedBytes,
} from '../../../server/sds/signature.ts';
import { openSealed } from '../../helpers/sds.ts';

interface KeyVectors {
  readonly bits: number;
  readonly privateKey: string;
  readonly key: string;
  readonly signature: string;
  readonly strictSignature: string;
  readonly proof: string;
  readonly envelope: string;
  readonly damaged?: Readonly<Record<string, string>>;
}

const file = new URL('../../fixtures/vectors/sds.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly appName: string;
  readonly appId: string;
  readonly data: string;
  readonly strict: {
    readonly tenantId: string;
    readonly requestId: string;
    readonly timestamp: string;
    readonly method: string;
    readonly target: string;
    readonly body: string;
    readonly bodyHash: string;
  };
  readonly keys: readonly KeyVectors[];
};
const { appName, strict } = vectors;

describe.each(vectors.keys)('with a key of $bits bits', (vector) => {
  const { publicKey, bits } = readAppKey(vector.key);

  it('the signatures are those of the app', () => {
    expect(bits).toBe(vector.bits);
    for (const [header, parts] of [
      [vector.signature, undefined],
      [vector.strictSignature, strict],
    ] as const) {
      const sent = parseSignature(header)!;
      expect(sent.appName).toBe(appName);
      expect(isSignedBy(publicKey, signedBytes(appName, parts), sent.signature)).toBe(true);
      expect(isSignedBy(publicKey, signedBytes(`${appName}x`, parts), sent.signature)).toBe(false);
      const altered = Buffer.from(sent.signature);
      altered[0]! ^= 1;
      expect(isSignedBy(publicKey, signedBytes(appName, parts), altered)).toBe(false);
    }
  });

  it('the proof goes with this key and this app', () => {
    const proof = Buffer.from(vector.proof, 'base64');
    expect(isProof(publicKey, vectors.appId, vector.key, proof)).toBe(true);
    expect(isProof(publicKey, 'app:other', vector.key, proof)).toBe(false);
  });

  it('the envelope opens', () => {
    const key = createPrivateKey(vector.privateKey);
    expect(openSealed(key, vector.envelope)).toBe(vectors.data);
  });
});

it('the hash of the body is as written', () => {
  expect(hashBody(Buffer.from(strict.body))).toBe(strict.bodyHash);
});

it('what is damaged does not open', () => {
  const vector = vectors.keys.find(({ damaged }) => damaged)!;
  const key = createPrivateKey(vector.privateKey);
  const damaged = Object.entries(vector.damaged!);
  expect(damaged).toHaveLength(13);
  for (const [how, envelope] of damaged) {
    expect(() => openSealed(key, envelope), how).toThrow();
  }
});
