/** Manifests, templates, keys and known_hosts: texts that a person opens or a stranger sends. */
import assert from 'node:assert/strict';
import { findKnownHost, parseKnownHosts } from '../../main/delivery/known-hosts-file.ts';
import { makeSshKey } from '../../main/delivery/ssh-identity.ts';
import { readSshPrivateKey } from '../../main/delivery/ssh-private-key.ts';
import { makeKey, readKeys } from '../../main/keys/openpgp-keys.ts';
import { checkManifest, decodeManifest, mendManifest } from '../../main/manifest/index.ts';
import { parseTemplate, templateText } from '../../main/manifest/template-file.ts';
import { checkSharedKeys } from '../../server/crypto/pgp-key-sets.ts';
import { readManifest } from '../../server/ingest/manifest.ts';
import { readPublicKey } from '../../server/sftp/public-key.ts';
import { outcomeOf, sizeClass, type Target } from './target.ts';

const KEY_ID = 'ec491319-9823-48cd-b6a1-6bb0bc666d75';
const MANIFEST = {
  fileName: 'users.csv.asc',
  type: 'Event',
  clientEmail: 'a@b.example',
  keyId: KEY_ID,
  columns: { t: { ctName: 'ts', dataType: 'date', dateFormat: 'UNIX' }, é: { dataType: 'FLOAT' } },
};
const YAML = `# ours
fileName: users.csv.asc
type: event
clientEmail: 'a@b.example'
keyId: ${KEY_ID}
columns:
  when: {ctName: ts, dataType: LONG}
  "price":
    dataType: float
`;

const PASSPHRASE = 'correct horse';
const KEY_REQUEST = {
  name: 'A',
  email: 'a@b.io',
  passphrase: PASSPHRASE,
  type: 'curve25519',
  expires: 'never',
} as const;

/** The same text before both readers: what the app takes, the platform takes, and reads alike. */
function manifestRun(input: Buffer): Promise<string> {
  const theirs = readManifest(input);
  return outcomeOf(() => {
    const text = decodeManifest(input, 'a.manifest');
    const { manifest, problems } = checkManifest(text);
    mendManifest(text);
    if (manifest) {
      const other = theirs.manifest;
      assert.ok(other, `the server refuses what the app takes: ${JSON.stringify(theirs.problems)}`);
      const facts = [other.fileName, other.type, other.clientEmail, other.keyId];
      const { fileName, type, clientEmail, keyId } = manifest;
      assert.deepEqual(facts, [fileName, type, clientEmail, keyId?.toLowerCase()]);
      const columns = Object.entries(manifest.columns ?? {}).map(([header, column]) => [
        ...[header, column.ctName, column.dataType ?? 'STRING', column.dateFormat],
      ]);
      const theirColumns = [...other.columns].map(([header, rule]) => [
        ...[header, rule.target, rule.dataType, rule.dateFormat],
      ]);
      assert.deepEqual(theirColumns.toSorted(), columns.toSorted());
    }
    const codes = new Set(problems.map(({ code }) => code));
    return `${Boolean(manifest)} ${Boolean(theirs.manifest)} ${[...codes].toSorted().join()}`;
  });
}

const manifestJson: Target = {
  name: 'manifest-json',
  seeds: () =>
    [MANIFEST, { ...MANIFEST, columns: undefined }].map((m) =>
      Buffer.from(JSON.stringify(m, null, 1)),
    ),
  words: [
    '{',
    '}',
    '[',
    '"',
    ',',
    ':',
    '//',
    '/*',
    '\\u0000',
    '\\ud800',
    '"type":',
    'null',
    '1',
    '\ufeff',
    '\0',
  ],
  run: manifestRun,
};

const manifestYaml: Target = {
  name: 'manifest-yaml',
  seeds: () => [Buffer.from(YAML)],
  words: [
    ...[
      '- ',
      '? ',
      ': ',
      '&a ',
      '*a ',
      '!!str ',
      '---\n',
      '...\n',
      '%YAML 1.1\n',
      '<<: ',
      '[',
      ']',
      '{',
      '}',
    ],
    ...[
      '|\n ',
      '>-\n ',
      '"',
      "'",
      '#',
      '\n  ',
      '\t',
      '~',
      '\ufeff',
      '\0',
      '@',
      '`',
      'a: b\n',
      '0x1',
      '.inf',
    ],
  ],
  run: manifestRun,
};

const template: Target = {
  name: 'template',
  seeds: () => {
    const columns = [
      { header: 'id', target: 'identity', dataType: 'STRING' },
      { header: 'when', target: 'ts', dataType: 'DATE', dateFormat: 'UNIX' },
    ] as const;
    return [Buffer.from(templateText({ name: 'Orders', type: 'event', columns: [...columns] }))];
  },
  words: [
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    '"version": 2',
    '"__proto__": 1',
    'null',
    '1e999',
    '\\ud800',
  ],
  run: (input) => outcomeOf(() => `${sizeClass(parseTemplate(input, 'a.json').columns.length)}`),
};

const knownHosts: Target = {
  name: 'known-hosts',
  seeds: () => {
    const line = makeSshKey({ comment: '' }).line;
    return [
      Buffer.from(
        `# c\nexample.com,10.0.0.* ${line}\n[example.com]:2222 ${line}\n@revoked * ${line}`,
      ),
      Buffer.from(`|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ${line}\n`),
    ];
  },
  words: [
    '*',
    '?',
    '!',
    ',',
    '|1|',
    '|',
    '=',
    '@revoked ',
    '@cert-authority ',
    ' ',
    '\n',
    '[',
    ']:',
    '\0',
  ],
  run(input) {
    const found = findKnownHost(parseKnownHosts(input.toString('utf8')), 'example.com', 2222);
    return `${sizeClass(found.keys.length)} ${sizeClass(found.revoked.length)} ${found.byCertificate}`;
  },
};

const PGP_WORDS = [
  '-----BEGIN PGP PUBLIC KEY BLOCK-----\n',
  '-----END PGP PUBLIC KEY BLOCK-----',
  '\n',
  '\n\n',
  '=',
  'A',
  '\xff',
];

const keyFile: Target = {
  name: 'key-file',
  seeds: async () => {
    const { publicArmored, privateArmored } = await makeKey(KEY_REQUEST);
    const binary = Buffer.from(publicArmored.split('\n\n')[1]?.split('\n=')[0] ?? '', 'base64');
    return [Buffer.from(publicArmored), Buffer.from(privateArmored), binary];
  },
  words: PGP_WORDS,
  run: (input) => outcomeOf(async () => `${sizeClass((await readKeys(input)).length)}`),
};

let shared: { publicKey: string; privateKey: string } | undefined;
const serverKeySet: Target = {
  name: 'server-key-set',
  seeds: async () => {
    const { publicArmored, privateArmored } = await makeKey(KEY_REQUEST);
    shared = { publicKey: publicArmored, privateKey: privateArmored };
    return [Buffer.from(publicArmored), Buffer.from(privateArmored)];
  },
  words: PGP_WORDS,
  run: (input) =>
    outcomeOf(async () => {
      if (!shared) throw new Error('the seeds are made first');
      const text = input.toString('utf8');
      const isPrivate = text.includes('PRIVATE');
      const changed = isPrivate ? { privateKey: text } : { publicKey: text };
      await checkSharedKeys({ ...shared, ...changed, passphrase: PASSPHRASE });
      return 'taken';
    }),
};

const serverSshKey: Target = {
  name: 'server-ssh-key',
  seeds: () => [Buffer.from(makeSshKey({ comment: 'me' }).line)],
  words: [
    'ssh-ed25519 ',
    'ssh-rsa ',
    'ecdsa-sha2-nistp256 ',
    'AAAA',
    ' ',
    '\n',
    '=',
    '-----BEGIN ',
  ],
  run: (input) => outcomeOf(() => readPublicKey(input.toString('utf8')).type),
};

const sshPrivateKey: Target = {
  name: 'ssh-private-key',
  seeds: () => [Buffer.from(makeSshKey({ comment: 'me' }).privateKey)],
  words: [
    '-----BEGIN OPENSSH PRIVATE KEY-----\n',
    '-----BEGIN RSA PRIVATE KEY-----\n',
    'AAAA',
    '\n',
    '=',
    ' ',
  ],
  run: (input) => outcomeOf(() => readSshPrivateKey(input).publicHalf.type),
};

export const textTargets = [
  ...[manifestJson, manifestYaml, template, knownHosts],
  ...[keyFile, serverKeySet, serverSshKey, sshPrivateKey],
];
