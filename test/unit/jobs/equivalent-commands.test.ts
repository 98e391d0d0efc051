// What is offered to copy must be safe to paste into a shell, whatever the names hold.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import fc from 'fast-check';
import { equivalentCommands } from '../../../main/jobs/equivalent-commands.ts';
import { DEFAULT_HABITS } from '../../../shared/domain/connection.ts';

const input = {
  sourceName: 'users.csv',
  dataName: 'users.csv.asc',
  manifestName: 'users.manifest',
  fingerprint: '1A7849F996BFD78569533B2CF55DEEE68995217D',
  host: 'sftp.example.com',
  port: 2222,
  username: 'account',
  directory: '/in',
};

it('names key, files and host', () => {
  const [gpg, sftp, sealift] = equivalentCommands(input);
  expect(gpg?.line).toBe(
    'gpg --encrypt --armor --recipient 1A7849F996BFD78569533B2CF55DEEE68995217D --output users.csv.asc users.csv',
  );
  expect(sftp?.line).toBe(
    "printf '%s\\n' 'cd /in' 'put users.csv.asc' 'put users.manifest' | sftp -i YOUR_SSH_KEY -P 2222 account@sftp.example.com",
  );
  expect(sealift?.line).toContain('--to sftp://account@sftp.example.com:2222/in ');
  const landing = equivalentCommands({ ...input, directory: '' });
  expect(landing[1]?.line).not.toContain('cd ');
  expect(landing[2]?.line).toContain("--to 'sftp://account@sftp.example.com:2222/~/' ");
});

it('says how the connection logs in, by which way, and what its server is like', () => {
  const jumps = [
    { host: 'bastion.example.com', port: 22, username: 'ann' },
    { host: '::1', port: 23, username: 'bob' },
  ];
  const habits = { ...DEFAULT_HABITS, verify: 'sha256', keepAliveSeconds: 15 } as const;
  const agent = { kind: 'agent', sha256: "SHA256:'; true" } as const;
  const [, sftp, sealift] = equivalentCommands({ ...input, identity: agent, jumps, habits });
  const by = 'ann@bastion.example.com,bob@[::1]:23';
  expect(sftp?.line).toContain(`| sftp -J ${by} -P 2222 account@sftp.example.com`);
  expect(sealift?.line).toContain(`--agent-key 'SHA256:'\\''; true' --jump ${by} --known-hosts`);
  expect(sealift?.line).toMatch(/ --verify content --keep-alive 15$/);
  const password = { identity: { kind: 'password' }, allowsPassword: true } as const;
  const line = equivalentCommands({ ...input, ...password })[2]?.line;
  expect(line).toContain(' --password --known-hosts');
  expect(line).not.toContain('--identity');
});

it('quotes every name so that a shell hands it on unchanged', () => {
  const name = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !text.includes('\0'));
  fc.assert(
    fc.property(name, (sourceName) => {
      const [gpg] = equivalentCommands({ ...input, sourceName });
      const line = gpg!.line.replace(/^gpg /, "printf '%s\\0' ");
      const words = execFileSync('sh', ['-c', line], { encoding: 'utf8' }).split('\0');
      expect(words.at(-2)).toBe(sourceName);
    }),
    { numRuns: 60 },
  );
});

it('seals a file for parts with sealift, and sends each part before its manifest', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-commands-'));
  try {
    const parts = { ...input, dataName: "it's me.csv.asc", partsUnderBytes: 30_000 };
    const [seal, sftp, send] = equivalentCommands(parts);
    expect(seal?.line).toBe(
      "sealift seal users.csv --to 1A7849F996BFD78569533B2CF55DEEE68995217D --split --manifest users.manifest --output 'it'\\''s me.csv.asc' --max-sealed-bytes 30000",
    );
    expect(send?.line).toMatch(/ --max-sealed-bytes 30000$/);
    for (const number of [2, 1]) {
      for (const end of ['asc', 'manifest']) {
        writeFileSync(join(folder, `it's me.part-0${number}-of-02.csv.${end}`), '');
      }
    }
    const line = sftp!.line.replace(/ \| sftp .*$/, '');
    expect(execFileSync('sh', ['-c', line], { cwd: folder, encoding: 'utf8' })).toBe(
      [
        'cd /in',
        ...[1, 2].flatMap((number) =>
          ['asc', 'manifest'].map((end) => `put "it's me.part-0${number}-of-02.csv.${end}"`),
        ),
        '',
      ].join('\n'),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
