/**
 * The first look at a CSV of 1 GiB, and the window while every row of it is checked: from the drop to the
 * first rows on screen, and the time between two frames.
 */
import { appendFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { expect, test } from '../e2e/harness/index.ts';
import { Wizard } from '../e2e/pages/wizard.ts';
import { frameLines, ms, recordedGaps, recordFrames } from './frames.ts';

const MIB = 1024 * 1024;
const FILE_MIB = Number(process.env['SEALIFT_BENCH_MIB'] ?? 1024);
const DROPS = 5;
/** The worker process starts beside the window, and nobody finds a file and drops it sooner. */
const START_TIME_MS = 3_000;
/** Enough of the check to judge the frames by. */
const CHECK_TIME_MS = 30_000;

/** Left in the page by the functions below. */
interface Bench {
  droppedAt?: number;
  shownAt?: number;
}

test('the first look at a large CSV, and the frames while it is checked', async ({
  launchApp,
  user,
}) => {
  const path = await user.addFile('large.csv', 'identity,evtName,ts,price,note\r\n');
  const rows = Array.from(
    { length: 8_000 },
    (_, i) => `user-${i},Bought,1760000000,12.50,"Zoë, who said: ${'so '.repeat(i % 40)}"\r\n`,
  );
  const block = Buffer.from(rows.join(''));
  for (let bytes = 0; bytes < FILE_MIB * MIB; bytes += block.length) await appendFile(path, block);

  const { window } = await launchApp();
  const wizard = new Wizard(window);
  await expect(wizard.button('Practice')).toBeVisible();
  await window.waitForTimeout(START_TIME_MS);
  const looks: number[] = [];
  for (let drop = 0; drop < DROPS; drop += 1) {
    await window.evaluate(watchForRows);
    await wizard.drop(path);
    await expect(window.getByRole('cell', { name: 'user-0', exact: true })).toBeVisible();
    await window.waitForFunction(() => (globalThis as Bench).shownAt !== undefined);
    looks.push(
      await window.evaluate(() => {
        const { droppedAt = NaN, shownAt = NaN } = globalThis as Bench;
        return shownAt - droppedAt;
      }),
    );
    if (drop < DROPS - 1) {
      await wizard.button('Remove large.csv').click();
      await expect(wizard.button('Practice')).toBeVisible();
    }
  }

  await wizard.next('Map');
  await window.getByLabel('E-mail for the platform’s mails').fill('data@example.com');
  await wizard.next('Check');
  await expect(window.getByRole('progressbar').first()).toBeVisible();
  await window.evaluate(recordFrames);
  await window.waitForTimeout(CHECK_TIME_MS);
  const frames = await window.evaluate(recordedGaps);
  const isChecking = await window.getByRole('progressbar').first().isVisible();
  report(looks, frames, isChecking);
});

/** Notes when files are dropped, and when their first row is on screen: painted, not only in the page. */
function watchForRows(): void {
  const bench = globalThis as Bench;
  delete bench.shownAt;
  document.addEventListener('drop', () => (bench.droppedAt = performance.now()), {
    capture: true,
    once: true,
  });
  const observer = new MutationObserver(() => {
    const isThere = [...document.querySelectorAll('td')].some((td) => td.textContent === 'user-0');
    if (!isThere) return;
    observer.disconnect();
    requestAnimationFrame(() => {
      setTimeout(() => (bench.shownAt = performance.now()));
    });
  });
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
}

function report(looks: readonly number[], gapsMs: readonly number[], isChecking: boolean): void {
  const [rate, between] = frameLines(gapsMs);
  const lines = [
    `${FILE_MIB} MiB, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'})`,
    `drop to first rows: first ${ms(looks[0] ?? NaN)}, then ${looks.slice(1).map(ms).join(', ')}`,
    `while checking: ${rate}${isChecking ? '' : ' (the check ended meanwhile)'}`,
    between,
  ];
  process.stdout.write(`\n${lines.join('\n')}\n`);
}
