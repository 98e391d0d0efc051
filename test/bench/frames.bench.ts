/**
 * The window while a CSV is checked, sealed and sent to the practice server, from "Seal and send" to the receipt:
 * the time between two frames, and how late the main process comes to what waits for it.
 */
import { expect, test } from '../e2e/harness/index.ts';
import type { LaunchedApp } from '../e2e/harness/index.ts';
import { Wizard } from '../e2e/pages/wizard.ts';
import { frameLines, ms, recordedGaps, recordFrames } from './frames.ts';
import { writeRows } from './rows.ts';
import { machine } from './table.ts';

const FILE_MIB = Number(process.env['SEALIFT_BENCH_MIB'] ?? 256);
/** Each step may read the whole file first. */
const STEP_MS = 5 * 60_000;
/** Between two looks at the event loop, which the figures of Node hold as well. */
const LOOK_MS = 1;

interface Histogram {
  enable(): void;
  disable(): void;
  percentile(share: number): number;
  readonly max: number;
}

/** Left in the main process. */
interface Bench {
  delay?: Histogram;
}

test('the window while a large CSV is sealed and sent', async ({ launchApp, user }) => {
  const path = await user.addFile('large.csv', '');
  await writeRows(path, FILE_MIB);
  const { app, window } = await launchApp();
  const wizard = new Wizard(window);
  await wizard.startPractice();
  await wizard.drop(path);
  for (const step of ['Map', 'Check', 'Key', 'Destination', 'Review'] as const) {
    await expect(wizard.button('Next')).toBeEnabled({ timeout: STEP_MS });
    await wizard.next(step);
  }
  await watchMain(app);
  await window.evaluate(recordFrames);
  await wizard.button('Seal and send').click();
  const sent = window.getByRole('heading', { name: 'Sent', level: 1 });
  await expect(sent).toBeVisible({ timeout: STEP_MS });
  const gaps = await window.evaluate(recordedGaps);
  const delay = await delayOfMain(app);
  const lines = [
    `${FILE_MIB} MiB sealed and sent; ${machine()}`,
    ...frameLines(gaps),
    `main process, delay of the event loop: p99 ${ms(delay.p99)}, longest ${ms(delay.longest)}`,
  ];
  process.stdout.write(`\n${lines.join('\n')}\n`);
});

function watchMain(app: LaunchedApp['app']): Promise<void> {
  return app.evaluate((_, resolution) => {
    const { monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks');
    const delay = monitorEventLoopDelay({ resolution });
    delay.enable();
    (globalThis as Bench).delay = delay;
  }, LOOK_MS);
}

/** In milliseconds. */
function delayOfMain(app: LaunchedApp['app']): Promise<{ p99: number; longest: number }> {
  return app.evaluate(() => {
    const { delay } = globalThis as Bench;
    delay?.disable();
    const inMs = (nanoseconds = NaN) => nanoseconds / 1e6;
    return { p99: inMs(delay?.percentile(99)), longest: inMs(delay?.max) };
  });
}
