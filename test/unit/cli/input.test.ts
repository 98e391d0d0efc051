/** What the CLI reads: typed passphrases, the target URL, fingerprints, the profile folder. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asFingerprint } from '../../../main/cli/profile-keys.ts';
import { HiddenLine } from '../../../main/cli/prompt.ts';
import { completeTarget, parseSendTarget } from '../../../main/cli/send/target.ts';
import { openProfile, profileFolder } from '../../../main/platform/profile.ts';

describe('HiddenLine', () => {
  const typed = (...chunks: string[]) => {
    const line = new HiddenLine();
    const ends = chunks.map((chunk) => line.type(chunk));
    return { text: line.text, end: ends.at(-1) };
  };

  it('collects what is typed until Enter', () => {
    expect(typed('sec', 'ret 🔑\r')).toEqual({ text: 'secret 🔑', end: 'entered' });
  });

  it('erases whole characters and the whole line', () => {
    expect(typed('ab🔑\u007f\u007fc\n').text).toBe('ac');
    expect(typed('wrong\u0015right\r').text).toBe('right');
  });

  it('is cancelled by Ctrl-C, and by Ctrl-D where nothing was typed', () => {
    expect(typed('abc\u0003').end).toBe('cancelled');
    expect(typed('\u0004').end).toBe('cancelled');
    expect(typed('a\u0004b\r')).toEqual({ text: 'ab', end: 'entered' });
  });
});

describe('parseSendTarget', () => {
  it.each([
    ['sftp://me@example.com', { host: 'example.com', port: 22, username: 'me', directory: '' }],
    ['sftp://me@h:4022/', { host: 'h', port: 4022, username: 'me', directory: '' }],
    ['sftp://me@h/in/box/', { host: 'h', port: 22, username: 'me', directory: '/in/box' }],
    ['sftp://me@h/~/in%20box', { host: 'h', port: 22, username: 'me', directory: 'in box' }],
    ['sftp://a%40b@[::1]:22/x', { host: '::1', port: 22, username: 'a@b', directory: '/x' }],
  ])('reads %s', (text, target) => {
    expect(completeTarget(parseSendTarget(text))).toEqual(target);
  });

  it.each([
    'example.com',
    'https://me@example.com/',
    'sftp://example.com/',
    'sftp://me:secret@example.com/',
    'sftp://me@h/x?y',
    'sftp://me@h/%zz',
    'sftp://me@h:99999/',
  ])('refuses %s', (text) => {
    expect(() => completeTarget(parseSendTarget(text))).toThrow(
      expect.objectContaining({ code: 'USAGE' }),
    );
  });

  it('takes from an SSH configuration what the URL leaves out', () => {
    const known = { host: 'sftp.example.com', port: 2222, username: 'account' };
    const named = parseSendTarget('sftp://platform/in');
    expect(completeTarget(named, known)).toEqual({ ...known, directory: '/in' });
    const own = parseSendTarget('sftp://me@platform:22/');
    expect(completeTarget(own, known)).toMatchObject({ port: 22, username: 'me' });
  });

  it('does not repeat a password in its refusal', () => {
    expect(() => parseSendTarget('sftp://me:hunter2@h/')).not.toThrow(/hunter2/);
  });
});

describe('asFingerprint', () => {
  it('takes the forms in which people copy fingerprints', () => {
    const wanted = '1A7849F996BFD78569533B2CF55DEEE68995217D';
    expect(asFingerprint(wanted.toLowerCase())).toBe(wanted);
    expect(asFingerprint('1A78 49F9 96BF D785 6953  3B2C F55D EEE6 8995 217D')).toBe(wanted);
    expect(asFingerprint('public.asc')).toBeUndefined();
  });
});

describe('the profile folder', () => {
  const at = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv, home: string) =>
    profileFolder({ platform, env, home });

  it('is where the app has its data on each system', () => {
    expect(at('linux', {}, '/home/u')).toBe('/home/u/.config/Sealift');
    expect(at('linux', { XDG_CONFIG_HOME: '/c' }, '/home/u')).toBe('/c/Sealift');
    expect(at('linux', { XDG_CONFIG_HOME: 'c' }, '/home/u')).toBe('/home/u/.config/Sealift');
    expect(at('darwin', {}, '/Users/u')).toBe('/Users/u/Library/Application Support/Sealift');
    expect(at('win32', { APPDATA: 'C:\\A' }, 'C:\\Users\\u')).toBe('C:\\A\\Sealift');
  });

  it('is SEALIFT_HOME where that is set', () => {
    expect(at('linux', { SEALIFT_HOME: '/p', XDG_CONFIG_HOME: '/c' }, '/home/u')).toBe('/p');
  });

  describe('on the disk', () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sealift-profile-'));
    });
    afterAll(() => rm(folder, { recursive: true }));

    it('is made for its owner alone', async () => {
      const profile = await openProfile(join(folder, 'a', 'b'));
      expect((await stat(profile)).mode & 0o777).toBe(0o700);
    });

    it('is told when it cannot be made', async () => {
      const impossible = openProfile('/dev/null/profile');
      await expect(impossible).rejects.toMatchObject({ code: 'FILE_NOT_WRITABLE' });
    });
  });
});
