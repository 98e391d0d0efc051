/** Final names that are taken on a real OpenSSH server: refused, replaced, or left by a broken attempt. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { deliver } from '../../../main/delivery/deliver.ts';
import { giveToAccount } from '../../helpers/sshd.ts';
import { DATA_NAME, MANIFEST, useSshd, withServer } from './deliveries.ts';

const { connect, prepare } = useSshd();

describe('a name that is taken', () => {
  it.each([DATA_NAME, MANIFEST.name])('refuses %s before anything is sent', async (taken) => {
    const { folder, request } = prepare(1000);
    writeFileSync(path.join(folder, taken), 'old');
    const onProgress = vi.fn();
    await expect(deliver(await connect(), { ...request, onProgress })).rejects.toMatchObject({
      code: 'REMOTE_EXISTS',
      params: { name: taken },
    });
    expect(onProgress).not.toHaveBeenCalled();
    expect(readdirSync(folder)).toEqual([taken]);
    expect(readFileSync(path.join(folder, taken), 'utf8')).toBe('old');
  });

  it('never replaces a file that appears during the upload', async () => {
    const { folder, request } = prepare(1_000_000);
    const onProgress = () => writeFileSync(path.join(folder, DATA_NAME), 'theirs');
    await expect(deliver(await connect(), { ...request, onProgress })).rejects.toMatchObject({
      code: 'REMOTE_EXISTS',
    });
    expect(readdirSync(folder)).toEqual([DATA_NAME]);
    expect(readFileSync(path.join(folder, DATA_NAME), 'utf8')).toBe('theirs');
  });

  it('takes the data back when the manifest cannot have its name', async () => {
    const { folder, request } = prepare(1000);
    const onProgress = () => writeFileSync(path.join(folder, MANIFEST.name), 'theirs');
    await expect(deliver(await connect(), { ...request, onProgress })).rejects.toMatchObject({
      code: 'REMOTE_EXISTS',
      params: { name: MANIFEST.name },
    });
    expect(readdirSync(folder)).toEqual([MANIFEST.name]);
  });

  it.each([
    ['posix-rename', ''],
    ['removing it first where posix-rename is refused', '-P posix-rename'],
  ])('replaces it when that was agreed, by %s', async (_how, sftp) => {
    await withServer({ sftp }, async (server) => {
      const { bytes, folder, request } = prepare(1000, server);
      for (const name of [DATA_NAME, MANIFEST.name]) {
        writeFileSync(path.join(folder, name), 'old');
        giveToAccount(path.join(folder, name));
      }
      await deliver(await connect(server), { ...request, overwrite: true });
      expect(readFileSync(path.join(folder, DATA_NAME)).equals(bytes)).toBe(true);
      expect(readdirSync(folder).sort()).toEqual([DATA_NAME, MANIFEST.name]);
    });
  });
});

describe('a folder that hides what is in it', () => {
  const HIDING = { sftp: '-P stat,lstat,fstat,opendir,readdir,realpath' };

  it('lets files be replaced when that was agreed', async () => {
    await withServer(HIDING, async (server) => {
      const { bytes, folder, request } = prepare(1000, server);
      for (const name of [DATA_NAME, MANIFEST.name]) writeFileSync(path.join(folder, name), 'old');
      await deliver(await connect(server), { ...request, overwrite: true });
      expect(readFileSync(path.join(folder, DATA_NAME)).equals(bytes)).toBe(true);
      expect(readFileSync(path.join(folder, MANIFEST.name), 'utf8')).toBe(MANIFEST.text);
      expect(readdirSync(folder).sort()).toEqual([DATA_NAME, MANIFEST.name]);
    });
  });

  it('keeps the data for a manifest that got through unseen', async () => {
    await withServer(HIDING, async (server) => {
      const { bytes, folder, request } = prepare(1000, server);
      writeFileSync(path.join(folder, DATA_NAME), bytes);
      writeFileSync(path.join(folder, MANIFEST.name), 'earlier');
      await expect(
        deliver(await connect(server), { ...request, dataMayBeOurs: true }),
      ).rejects.toMatchObject({ params: { name: MANIFEST.name } });
      expect(readdirSync(folder).sort()).toEqual([DATA_NAME, MANIFEST.name]);
      expect(readFileSync(path.join(folder, MANIFEST.name), 'utf8')).toBe('earlier');
    });
  });

  it('tells why a file cannot have its name, not that there is none to replace', async () => {
    await withServer({ sftp: '-P rename,posix-rename' }, async (server) => {
      const { folder, request } = prepare(1000, server);
      await expect(
        deliver(await connect(server), { ...request, overwrite: true }),
      ).rejects.toMatchObject({ code: 'REMOTE_PERMISSION_DENIED', params: { name: DATA_NAME } });
      expect(readdirSync(folder)).toEqual([]);
    });
  });
});

describe('an attempt that was cut between the two renames', () => {
  function prepareCut() {
    const prepared = prepare(100_000);
    const placed = path.join(prepared.folder, DATA_NAME);
    writeFileSync(placed, 'sealed by the attempt that was cut');
    giveToAccount(placed);
    return { ...prepared, placed };
  }

  it('is made good by the next attempt that knows of it', async () => {
    const { bytes, folder, placed, request } = prepareCut();
    await deliver(await connect(), { ...request, dataMayBeOurs: true });
    expect(readFileSync(placed).equals(bytes)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual([DATA_NAME, MANIFEST.name]);
  });

  it('looks like any other file to an attempt that does not', async () => {
    const { folder, placed, request } = prepareCut();
    await expect(deliver(await connect(), request)).rejects.toMatchObject({
      code: 'REMOTE_EXISTS',
      params: { name: DATA_NAME },
    });
    expect(readFileSync(placed, 'utf8')).toBe('sealed by the attempt that was cut');
    expect(readdirSync(folder)).toEqual([DATA_NAME]);
  });

  it('is left alone when its manifest is there', async () => {
    const { folder, placed, request } = prepareCut();
    writeFileSync(path.join(folder, MANIFEST.name), 'earlier');
    await expect(
      deliver(await connect(), { ...request, dataMayBeOurs: true }),
    ).rejects.toMatchObject({ code: 'REMOTE_EXISTS', params: { name: MANIFEST.name } });
    expect(readFileSync(placed, 'utf8')).toBe('sealed by the attempt that was cut');
    expect(readFileSync(path.join(folder, MANIFEST.name), 'utf8')).toBe('earlier');
  });

  it('may have left nothing: then what a failure placed is taken back', async () => {
    const { folder, request } = prepare(1000);
    const onProgress = () => writeFileSync(path.join(folder, MANIFEST.name), 'theirs');
    await expect(
      deliver(await connect(), { ...request, dataMayBeOurs: true, onProgress }),
    ).rejects.toMatchObject({ code: 'REMOTE_EXISTS', params: { name: MANIFEST.name } });
    expect(readdirSync(folder)).toEqual([MANIFEST.name]);
  });
});
