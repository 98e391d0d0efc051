/** Small parts of the delivery: names, words of servers, the window of writes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainReason } from '../../../main/delivery/plain-reason.ts';
import { remoteError } from '../../../main/delivery/remote-errors.ts';
import { checkRemoteName, remotePath, temporaryName } from '../../../main/delivery/remote-names.ts';
import { SftpStatusError, type SftpSession } from '../../../main/delivery/sftp-session.ts';
import { WriteWindow } from '../../../main/delivery/write-window.ts';

describe('remote names', () => {
  it('makes the temporary name from the final one and the job id', () => {
    const jobId = 'EC491319-9823-48cd-b6a1-6bb0bc666d75';
    expect(temporaryName('users.csv.asc', jobId)).toBe('.users.csv.asc.ec491319.sealift-part');
    expect(() => temporaryName('users.csv.asc', 'job 1')).toThrow(TypeError);
  });

  it.each(['', '.', '..', 'a/b', 'a\\b', '/a', 'a\nb', 'a\0'])('refuses %j', (name) => {
    expect(() => checkRemoteName(name)).toThrow(/REMOTE_NAME_INVALID/);
  });

  it('takes other names, and joins them to the folder', () => {
    expect(() => checkRemoteName('Käufer 2024 (neu).csv.asc')).not.toThrow();
    expect(remotePath('', 'a')).toBe('a');
    expect(remotePath('/', 'a')).toBe('/a');
    expect(remotePath('in/', 'a')).toBe('in/a');
    expect(remotePath('/in', 'a')).toBe('/in/a');
  });
});

describe('words of a server', () => {
  it('become one short line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (words) => {
        const line = plainReason(words);
        expect(line).not.toBe('');
        expect(line.length).toBeLessThanOrEqual(160);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
    );
    expect(plainReason('\u001b[31mNo\r\nspace.\u202e ')).toBe('[31mNo space');
  });
});

describe('the status codes of newer protocol versions', () => {
  // Neither OpenSSH nor ssh2's server can be made to send these. The session is asked for nothing here.
  const session = { facts: { host: 'sftp.example.com' } } as SftpSession;

  it.each([
    [10, 'REMOTE_FOLDER_MISSING'],
    [11, 'REMOTE_EXISTS'],
    [12, 'REMOTE_READ_ONLY'],
    [14, 'REMOTE_NO_SPACE'],
    [15, 'REMOTE_QUOTA'],
    [20, 'REMOTE_NAME_INVALID'],
  ])('%d is %s', async (status, code) => {
    const at = { session, directory: '', name: 'users.csv.asc', action: 'sending users.csv.asc' };
    const error = await remoteError(new SftpStatusError(status, ''), at);
    expect(error.code).toBe(code);
    expect(error.message).not.toMatch(/[{}]/);
  });
});

describe('the window of writes', () => {
  it('holds no more than its limit in each lane, fills the emptier one, and ends when all are answered', async () => {
    const window = new WriteWindow(300, 2);
    const onTheWay = [0, 0];
    const most = [0, 0];
    for (let count = 0; count < 50; count++) {
      const lane = await window.room();
      onTheWay[lane]! += 100;
      most[lane] = Math.max(most[lane]!, onTheWay[lane]!);
      const answered = new Promise<void>((resolve) => {
        setImmediate(() => {
          onTheWay[lane]! -= 100;
          resolve();
        });
      });
      window.add(lane, 100, answered);
    }
    await window.drained();
    expect(onTheWay).toEqual([0, 0]);
    expect(most).toEqual([300, 300]);
  });

  it('ends with the first failure, and minds no later one', async () => {
    const window = new WriteWindow(2, 1);
    window.add(0, 1, Promise.reject(new Error('first')));
    window.add(0, 1, Promise.reject(new Error('second')));
    await expect(window.room()).rejects.toThrow('first');
    await expect(window.drained()).rejects.toThrow('first');
  });
});
