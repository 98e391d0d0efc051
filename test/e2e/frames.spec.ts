// The window and the main process wait for nothing that the worker does: while it stands still in the middle of a
// check, frames are drawn and the window is resized; then the check goes on. No time is judged.
import type { ElectronApplication, Page } from '@playwright/test';
import { expect, test } from './harness/index.ts';
import { Wizard } from './pages/wizard.ts';

const ROWS = 20_000;
const FRAMES = 30;
const csv = ['identity,event_name', ...Array.from({ length: ROWS }, (_, i) => `user-${i},Bought`)];

test('the window goes on while the worker stands still', async ({ launchApp, user }) => {
  const { app, window } = await launchApp();
  const wizard = new Wizard(window);
  await wizard.drop(await user.addFile('orders.csv', csv.join('\n')));
  await wizard.next('Map');
  await window.getByLabel('E-mail for the platform’s mails').fill('data@example.com');
  const worker = await workerOf(app);
  process.kill(worker, 'SIGSTOP');
  try {
    await wizard.next('Check');
    await expect(window.getByRole('progressbar').first()).toBeVisible();
    await drawFrames(window);
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setSize(800, 560));
    await drawFrames(window);
    await expect(window.getByRole('progressbar').first()).toBeVisible();
  } finally {
    process.kill(worker, 'SIGCONT');
  }
  await expect(window.getByText('20,000 rows').first()).toBeVisible({ timeout: 60_000 });
});

async function workerOf(app: ElectronApplication): Promise<number> {
  const pid = await app.evaluate(
    ({ app: electron }) =>
      electron
        .getAppMetrics()
        .find(({ name, serviceName }) => [name, serviceName].includes('Sealift worker'))?.pid,
  );
  if (pid === undefined) throw new Error('there is no worker process');
  return pid;
}

function drawFrames(window: Page): Promise<void> {
  return window.evaluate(
    (frames) =>
      new Promise<void>((resolve) => {
        const next = (left: number): void => {
          if (left === 0) resolve();
          else requestAnimationFrame(() => next(left - 1));
        };
        next(frames);
      }),
    FRAMES,
  );
}
