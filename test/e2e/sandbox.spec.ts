// The window's process is really in Chromium's sandbox: asked of the kernel, not of Electron.
import { readFile, readlink } from 'node:fs/promises';
import { expect, test } from './harness/index.ts';

/** "Seccomp: 2" in /proc/<pid>/status: a system-call filter is on (proc(5)). */
const seccompFilter = '2';

test('the window runs in a sandboxed process without Node', async ({ launchApp }) => {
  const { app, window } = await launchApp();
  const [main, renderer] = await app.evaluate(({ webContents }) => [
    process.pid,
    webContents.getAllWebContents()[0]?.getOSProcessId(),
  ]);

  expect(await processStatus(renderer)).toMatchObject({ Seccomp: seccompFilter, NoNewPrivs: '1' });
  expect(await processStatus(main)).not.toMatchObject({ Seccomp: seccompFilter });
  expect(await namespace(renderer, 'pid')).not.toBe(await namespace(main, 'pid'));
  expect(await namespace(renderer, 'net')).not.toBe(await namespace(main, 'net'));
  const leaks = ['process', 'require', 'module', 'Buffer', 'global'];
  expect(
    await window.evaluate((names) => names.filter((name) => name in globalThis), leaks),
  ).toEqual([]);
});

async function processStatus(pid: number | undefined): Promise<Record<string, string>> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Object.fromEntries(
    text
      .split('\n')
      .map((line) => line.split(':\t').map((part) => part.trim()) as [string, string]),
  );
}

function namespace(pid: number | undefined, kind: 'pid' | 'net'): Promise<string> {
  return readlink(`/proc/${pid}/ns/${kind}`);
}
