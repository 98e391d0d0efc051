/** `sealift send` as a process against OpenSSH's sshd: the whole way, every refusal, nothing left behind. */
import { watch } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KeyStore } from '../../../main/keys/key-store.ts';
import type { Receipt } from '../../../shared/domain/job.ts';
import { giveToAccount, makeKeyFile, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { Bench, buildCli, GpgKeys } from './harness.ts';
import type { JsonFailure } from './harness.ts';

const KEY_ID = 'ec491319-9823-48cd-b6a1-6bb0bc666d75';
const ROWS = 'identity,event_name,ts,price\nu1,Bought,1700000000,3\nu2,Bought,1700000001,4\n';

interface Sent {
  readonly ok: true;
  readonly receipts: Receipt[];
}

let bench: Bench;
let gpg: GpgKeys;
let sshd: Sshd;
let fingerprint: string;
beforeAll(async () => {
  buildCli();
  bench = new Bench();
  gpg = await GpgKeys.make(bench);
  fingerprint = await gpg.addKey('platform@example.com', 'encrypt');
  sshd = await startSshd();
  await copyFile(sshd.identityPath, bench.path('identity'));
  await bench.file('orders.csv', ROWS);
});
afterAll(async () => {
  gpg.stop();
  await sshd.stop();
  await bench.dispose();
});

/** An empty folder on the server for each test, and a profile that knows nothing. */
let folder = '';
beforeEach(async () => {
  folder = join(sshd.rootDir, 'in');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  giveToAccount(folder);
  await rm(bench.home, { recursive: true, force: true });
});

const url = (port = sshd.port): string => `sftp://${sshd.username}@127.0.0.1:${port}${folder}`;
const login = (port?: number): string[] => ['--to', url(port), '--identity', 'identity'];
const made = ['--key-id', KEY_ID, '--type', 'event', '--email', 'data@example.com'];
const recipient = ['--recipient', 'platform@example.com.public.asc'];
const sendArgs = (...further: string[]): string[] => [
  ...['send', 'orders.csv', ...login(), ...recipient, '--accept-new-host-key', ...further],
];

async function filesUnder(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('send', () => {
  it('delivers a sealed file and a manifest that names it, and gives a receipt', async () => {
    const { code, result } = await bench.json<Sent>(sendArgs(...made));
    expect(code).toBe(0);
    expect(await readdir(folder)).toEqual(['orders.csv.asc', 'orders.csv.manifest']);
    const opened = gpg.gpg(['--decrypt', join(folder, 'orders.csv.asc')]);
    expect(opened.toString()).toBe(ROWS);
    const manifest = await readFile(join(folder, 'orders.csv.manifest'), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({ fileName: 'orders.csv.asc', keyId: KEY_ID });
    expect(result.receipts).toMatchObject([
      {
        sourceName: 'orders.csv',
        rows: 2,
        plainBytes: ROWS.length,
        keyId: KEY_ID,
        recipientFingerprint: fingerprint,
        hostKeySha256: sshd.hostKeySha256,
        parts: [{ rows: 2, data: { name: 'orders.csv.asc' } }],
      },
    ]);
    expect(bench.list('profile/spool')).toEqual([]);
  });

  it('writes no row in clear anywhere but on the server, sealed', async () => {
    const { code } = await bench.run(sendArgs(...made));
    expect(code).toBe(0);
    const written = await Promise.all([bench.home, bench.path('tmp')].map(filesUnder));
    const paths = [...written.flat(), ...(await filesUnder(folder))];
    expect(paths.length).toBeGreaterThan(3);
    for (const path of paths) {
      expect(await readFile(path, 'latin1'), path).not.toMatch(/Bought|1700000000/);
    }
  });

  it('prints the receipt in words', async () => {
    const { code, stdout } = await bench.run(sendArgs(...made));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Delivered orders\.csv\n/);
    expect(stdout).toContain(sshd.hostKeySha256);
  });

  it('takes a fresh manifest name the next time, and follows its own manifest', async () => {
    const { stdout } = await bench.run([
      ...['manifest', 'init', 'orders.csv', '--type', 'event', '--email', 'd@example.com'],
      ...['--key-id', KEY_ID],
    ]);
    // As the app shows it for a file that was sent before.
    const dated = stdout.replace('orders.csv.asc', 'orders-20260131T120000Z.csv.asc');
    await bench.file('own.manifest', dated);
    const args = sendArgs('--manifest', 'own.manifest');
    expect((await bench.run(args)).code).toBe(0);
    const { code, result } = await bench.json<Sent>(args);
    expect(code).toBe(0);
    const [receipt] = result.receipts;
    expect(receipt?.parts[0]?.manifest.name).toMatch(/^orders-\d{8}T\d{6}Z\.csv\.manifest$/);
    const second = await readFile(join(folder, receipt?.parts[0]?.manifest.name ?? ''), 'utf8');
    expect(JSON.parse(second)).toMatchObject({ fileName: receipt?.parts[0]?.data.name });
  });

  it('sends several files in their order, each with its manifest', async () => {
    await bench.file('more.csv', ROWS);
    const args = ['send', 'orders.csv', 'more.csv', ...login(), ...recipient, ...made];
    const { code, result } = await bench.json<Sent>([...args, '--accept-new-host-key']);
    expect(code).toBe(0);
    expect(result.receipts.map(({ parts }) => parts[0]?.data.name)).toEqual([
      'orders.csv.asc',
      'more.csv.asc',
    ]);
    expect(await readdir(folder)).toHaveLength(4);
  });
});

describe('what send refuses before anything is sent', () => {
  const refused = async (args: readonly string[]): Promise<[number | null, string]> => {
    const { code, result } = await bench.json<JsonFailure>(args);
    expect(result.ok).toBe(false);
    expect(await readdir(folder)).toEqual([]);
    expect(bench.list('profile/spool')).toEqual([]);
    return [code, result.error.code];
  };
  const sendFile = (name: string): string[] => [
    ...['send', name, ...login(), ...recipient, ...made, '--accept-new-host-key'],
  ];

  it('an empty file', async () => {
    await bench.file('empty.csv', '');
    expect(await refused(sendFile('empty.csv'))).toEqual([1, 'SOURCE_EMPTY']);
  });

  it('a missing file, a folder, another format', async () => {
    await mkdir(bench.path('folder.csv'), { recursive: true });
    await bench.file('settings.ini', 'a=1\n');
    expect(await refused(sendFile('missing.csv'))).toEqual([1, 'FILE_NOT_FOUND']);
    expect(await refused(sendFile('folder.csv'))).toEqual([1, 'FILE_IS_FOLDER']);
    expect(await refused(sendFile('settings.ini'))).toEqual([1, 'FORMAT_UNKNOWN']);
  });

  it('rows with errors, until that is accepted', async () => {
    await bench.file('bad.csv', `${ROWS},Bought,1700000002,5\n`);
    const { code, stdout, stderr } = await bench.run(sendFile('bad.csv'));
    expect(code).toBe(1);
    expect(stdout).toMatch(/bad\.csv: 3 rows, 2 accepted, 1 rejected\n {2}error 523/);
    expect(stderr).toContain('--accept-rejected');
    expect(await readdir(folder)).toEqual([]);
    const accepted = await bench.json<Sent>([...sendFile('bad.csv'), '--accept-rejected']);
    expect(accepted.code).toBe(0);
    expect(accepted.result.receipts[0]?.rows).toBe(3);
  });

  it('any file, when one of several has errors', async () => {
    await bench.file('bad.csv', `${ROWS},Bought,1700000002,5\n`);
    const args = ['send', 'orders.csv', 'bad.csv', ...login(), ...recipient, ...made];
    expect(await refused([...args, '--accept-new-host-key'])).toEqual([1, 'ROWS_REJECTED']);
  });

  it('a Key ID that differs from the one in the manifest', async () => {
    const { stdout } = await bench.run(['manifest', 'init', 'orders.csv', ...made]);
    await bench.file('own.manifest', stdout);
    const other = '00000000-0000-4000-8000-000000000000';
    const args = sendArgs('--manifest', 'own.manifest', '--key-id', other);
    expect(await refused(args)).toEqual([1, 'KEY_ID_DIFFERS']);
  });

  it('a recipient that is not the key of its Key ID', async () => {
    await gpg.addKey('registered@example.com', 'encrypt');
    const keys = new KeyStore(bench.home, () => Promise.reject(new Error('needs no secret')));
    const bytes = await readFile(bench.path('registered@example.com.public.asc'));
    const [keySet] = await keys.add({ bytes });
    const registration = {
      keyId: KEY_ID,
      platform: 'by hand',
      registeredAt: '2026-01-01T00:00:00Z',
    };
    await keys.setRegistration(keySet?.fingerprint ?? '', registration);
    expect(await refused(sendArgs(...made))).toEqual([1, 'KEY_ID_OF_OTHER_KEY']);
  });

  it('a recipient that is not the key of earlier deliveries, which alone vouch for the Key ID', async () => {
    const first = await bench.run(sendArgs(...made));
    expect(first.code).toBe(0);
    expect(first.stderr).toContain(`Nothing here vouches that Key ID ${KEY_ID}`);
    const second = await bench.run(sendArgs(...made));
    expect(second).toMatchObject({ code: 0, stderr: expect.not.stringContaining('vouches') });
    await rm(folder, { recursive: true });
    await mkdir(folder);
    giveToAccount(folder);
    const other = ['send', 'orders.csv', ...login(), '--recipient', 'other@example.com.public.asc'];
    await gpg.addKey('other@example.com', 'encrypt');
    expect(await refused([...other, ...made])).toEqual([1, 'KEY_ID_OF_OTHER_KEY']);
  });

  it('a manifest for another file, and one without Key ID', async () => {
    const { stdout } = await bench.run(['manifest', 'init', 'orders.csv', ...made]);
    await bench.file('own.manifest', stdout.replace('orders.csv', 'others.csv'));
    const args = sendArgs('--manifest', 'own.manifest');
    expect(await refused(args)).toEqual([1, 'MANIFEST_NAMES_OTHER_FILE']);
    const plain = await bench.run(['manifest', 'init', 'orders.csv', ...made.slice(2)]);
    await bench.file('own.manifest', plain.stdout);
    expect(await refused(args)).toEqual([1, 'KEY_ID_MISSING']);
  });

  it('a command line that leaves the manifest open', async () => {
    expect(await refused(sendArgs('--key-id', KEY_ID))).toEqual([2, 'USAGE']);
    expect(await refused(sendArgs('--manifest', 'a', '--manifest', 'b'))).toEqual([2, 'USAGE']);
  });

  it('an SSH key whose passphrase is not given', async () => {
    makeKeyFile(bench.path('locked-identity'), ['-t', 'ed25519', '-N', 'ssh secret']);
    const args = [
      'send',
      'orders.csv',
      '--to',
      url(),
      '--identity',
      'locked-identity',
      ...recipient,
    ];
    expect(await refused([...args, ...made])).toEqual([1, 'SSH_KEY_PASSPHRASE_NEEDED']);
    await bench.file('ssh-pass.txt', 'not it');
    const wrong = ['--identity-passphrase-file', 'ssh-pass.txt'];
    expect(await refused([...args, ...made, ...wrong])).toEqual([1, 'SSH_KEY_PASSPHRASE_WRONG']);
  });
});

describe('what the remote side refuses exits 3', () => {
  const refused = async (args: readonly string[]): Promise<JsonFailure['error']> => {
    const { code, result, stderr } = await bench.json<JsonFailure>(args);
    expect(code).toBe(3);
    // What is sealed is kept for another attempt, and nothing plain.
    const kept = bench.list('profile/spool');
    expect(kept.every((name) => name.endsWith('.asc'))).toBe(true);
    if (kept.length > 0) expect(stderr).toMatch(/is sealed, and kept so/);
    return result.error;
  };
  const unaccepted = (): string[] => ['send', 'orders.csv', ...login(), ...recipient, ...made];

  it('an unknown host key, with its fingerprint and how to accept it', async () => {
    const error = await refused(unaccepted());
    expect(error.code).toBe('HOST_KEY_UNKNOWN');
    expect(error.text).toContain(sshd.hostKeySha256);
    expect(error.next).toContain('--accept-new-host-key');
    expect(await readdir(folder)).toEqual([]);
  });

  it('a host key that has changed since it was accepted', async () => {
    expect((await bench.run(sendArgs(...made))).code).toBe(0);
    expect((await bench.run(unaccepted())).code).toBe(0);
    const other = makeKeyFile(bench.path(`other-${Date.now()}`));
    const line = (await readFile(`${other}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
    await bench.file('known', `[127.0.0.1]:${sshd.port} ${line}\n`);
    const error = await refused([...sendArgs(...made), '--known-hosts', 'known']);
    expect(error.code).toBe('HOST_KEY_CHANGED');
    expect(error.next).toContain(`ssh-keygen -R '[127.0.0.1]:${sshd.port}' -f 'known'`);
  });

  it('a login with a key that the server does not know', async () => {
    makeKeyFile(bench.path('stranger'));
    const args = ['send', 'orders.csv', '--to', url(), '--identity', 'stranger', ...recipient];
    const error = await refused([...args, ...made, '--accept-new-host-key']);
    expect(error.code).toBe('LOGIN_REFUSED');
  });

  it('a server that is not there', async () => {
    const args = ['send', 'orders.csv', ...login(1), ...recipient, ...made, '--retries', '0'];
    expect((await refused(args)).code).toBe('CONNECTION_REFUSED');
  });

  it('a file that an earlier attempt may have put there, until --overwrite', async () => {
    makeKeyFile(bench.path('nobodys'));
    const stranger = ['send', 'orders.csv', '--to', url(), '--identity', 'nobodys', ...recipient];
    await refused([...stranger, ...made, '--accept-new-host-key']);
    await writeFile(join(folder, 'orders.csv.asc'), 'theirs', { mode: 0o666 });
    giveToAccount(join(folder, 'orders.csv.asc'));
    const error = await refused(sendArgs(...made));
    expect(error.code).toBe('REMOTE_EXISTS');
    expect(error.next).toContain('--overwrite');
    expect(await readdir(folder)).toEqual(['orders.csv.asc']);
    expect((await bench.run(sendArgs(...made, '--overwrite'))).code).toBe(0);
    const opened = gpg.gpg(['--decrypt', join(folder, 'orders.csv.asc')]);
    expect(opened.toString()).toBe(ROWS);
  });
});

it('goes under dated names where the names belong to files of others', async () => {
  await writeFile(join(folder, 'orders.csv.manifest'), 'theirs');
  const { result } = await bench.json<Sent>(sendArgs(...made));
  expect(result.receipts[0]?.parts[0]?.manifest.name).toMatch(
    /^orders-\d{8}T\d{6}Z\.csv\.manifest$/,
  );
  expect(await readFile(join(folder, 'orders.csv.manifest'), 'utf8')).toBe('theirs');
});

describe('a signal while sending', () => {
  const appeared = (path: string): Promise<void> =>
    new Promise((resolve) => {
      const watcher = watch(path, () => {
        watcher.close();
        resolve();
      });
    });

  it.each(['sealing', 'sending'] as const)('ends %s with 130; nothing is left', async (stage) => {
    const rows = Array.from({ length: 400_000 }, (_, row) => `u${row},Bought,1700000000,${row}`);
    await bench.file('large.csv', `identity,event_name,ts,price\n${rows.join('\n')}\n`);
    await mkdir(join(bench.home, 'spool'), { recursive: true });
    const started = appeared(stage === 'sealing' ? join(bench.home, 'spool') : folder);
    const args = ['send', 'large.csv', ...login(), ...recipient, ...made, '--accept-new-host-key'];
    const running = bench.start([...args, '--compress', 'none', '--json']);
    await started;
    running.child.kill('SIGTERM');
    const { code, stdout } = await running.result;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'CANCELLED' } });
    expect(await readdir(folder)).toEqual([]);
    expect(bench.list('profile/spool')).toEqual([]);
  });
});
