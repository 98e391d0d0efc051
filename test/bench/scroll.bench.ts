/**
 * A vault of 100,000 records scrolled from its first to its last, by the wheel and by the scroll bar: the time
 * between two frames, what the window's main thread does for them, and its heap. `npm run bench -- scroll`; SEALIFT_BENCH_RECORDS
 * makes it shorter.
 */
import { readFile, rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import type { ElectronApplication, Locator, Page } from '@playwright/test';
import { expect, test } from '../e2e/harness/index.ts';
import { Vaults } from '../e2e/pages/vaults.ts';
import { startSdsServer } from '../helpers/sds-server.ts';
import type { SdsServer } from '../helpers/sds-server.ts';
import { seedRecords } from './seed-records.ts';
import { threadTimes } from './thread-times.ts';
import type { ThreadTimes } from './thread-times.ts';

const RECORDS = Number(process.env['SEALIFT_BENCH_RECORDS'] ?? 100_000);
const FRAME_AT_60_MS = 1000 / 60;
/** Pixels a second: as fast as rows can be read at a glance, and three times the list's height in each frame. */
const READING = 3_000;
const QUICK = 90_000;
const GESTURE_SECONDS = 2;
const READ_GESTURES = 5;
const DRAG_STEPS = 300;
const START_MS = 120_000;
/** Never the bottleneck here. */
const NO_RATE_LIMIT = ['--sds-rate', '1000000'];

interface Part {
  readonly name: string;
  readonly gapsMs: readonly number[];
  readonly times: ThreadTimes;
  /** After a garbage collection, at its end. */
  readonly heapBytes: number;
}

/** Left in the page by the functions below. */
interface Bench {
  gapsMs?: number[];
  isOver?: boolean;
}

test('a hundred thousand records from the first to the last', async ({ launchApp }) => {
  const { app, window } = await launchApp();
  const vaults = new Vaults(window);
  const sds = await startSdsServer();
  try {
    const vaultId = await prepare(sds, vaults);
    await sds.down();
    await seedRecords(sds.dataDir, sds.access.tenant, vaultId, RECORDS);
    await sds.up(NO_RATE_LIMIT);
    await vaults.open('large');
    const list = vaults.records('large');
    await expect(list.getByText('decrypted here').first()).toBeVisible({ timeout: START_MS });
    const parts = [
      await measure(app, window, 'at rest', () => window.waitForTimeout(3_000)),
      await measure(app, window, 'wheel, reading', () => read(window, list)),
      await measure(app, window, 'quick wheel, first half', () => hurry(window, list, RECORDS / 2)),
      await measure(app, window, 'quick wheel, second half', () => hurry(window, list, RECORDS)),
      await measure(app, window, 'scroll bar, up and down', () => dragBar(window, list)),
    ];
    report(parts);
  } finally {
    await sds.stop();
  }
});

/** An app in the window that may read a vault of another. @returns the vault's id */
async function prepare({ url, access, tenant, owner }: SdsServer, vaults: Vaults): Promise<string> {
  await vaults.addTenant(url, access);
  await vaults.makeApp('reader-1');
  return tenant.makeVault(owner, 'large', {
    readLimit: 50,
    permissions: [{ app: 'reader-1', permission: '001' }],
  });
}

async function measure(
  app: ElectronApplication,
  window: Page,
  name: string,
  work: () => Promise<unknown>,
): Promise<Part> {
  await app.evaluate(({ contentTracing }) =>
    contentTracing.startRecording({ included_categories: ['toplevel', '__metadata'] }),
  );
  await window.evaluate(recordFrames);
  await work();
  const gapsMs = await window.evaluate(() => {
    const bench = globalThis as Bench;
    bench.isOver = true;
    return bench.gapsMs ?? [];
  });
  const trace = await app.evaluate(({ contentTracing }) => contentTracing.stopRecording());
  const times = threadTimes(await readFile(trace, 'utf8'));
  await rm(trace);
  return { name, gapsMs, times, heapBytes: await heapAfterCollection(window) };
}

function recordFrames(): void {
  const frames: number[] = [];
  const bench = globalThis as Bench;
  bench.gapsMs = frames;
  bench.isOver = false;
  let last = performance.now();
  const next = (now: number): void => {
    frames.push(now - last);
    last = now;
    if (bench.isOver !== true) requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}

async function heapAfterCollection(window: Page): Promise<number> {
  const session = await window.context().newCDPSession(window);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

async function read(window: Page, list: Locator): Promise<void> {
  for (let turn = 0; turn < READ_GESTURES; turn += 1) await turnWheel(window, list, READING);
}

/** Turns the wheel until row `last` is in sight. */
async function hurry(window: Page, list: Locator, last: number): Promise<void> {
  while ((await lastRow(list)) < last) await turnWheel(window, list, QUICK);
}

/** By the browser itself, frame after frame: as many calls from here would come too late to keep the speed. */
async function turnWheel(window: Page, list: Locator, speed: number): Promise<void> {
  const { x, y, width, height } = (await list.boundingBox())!;
  const session = await window.context().newCDPSession(window);
  await session.send('Input.synthesizeScrollGesture', {
    x: x + width / 2,
    y: y + height / 2,
    yDistance: -speed * GESTURE_SECONDS,
    speed,
    gestureSourceType: 'mouse',
  });
  await session.detach();
}

function lastRow(list: Locator): Promise<number> {
  return list.evaluate((element) => {
    const rows = [...element.querySelectorAll('[role=option]')];
    return Math.max(0, ...rows.map((row) => Number(row.ariaPosInSet)));
  });
}

/** Drags the thumb of the scroll bar to the top and back to the end. */
async function dragBar(window: Page, list: Locator): Promise<void> {
  const box = (await list.boundingBox())!;
  const x = box.x + box.width - 5;
  const [top, bottom] = [box.y + 20, box.y + box.height - 20];
  await window.mouse.move(x, bottom);
  await window.mouse.down();
  for (const to of [top, bottom]) await window.mouse.move(x, to, { steps: DRAG_STEPS });
  await window.mouse.up();
  await expect(list.getByText('decrypted here').first()).toBeVisible({ timeout: START_MS });
}

function report(parts: readonly Part[]): void {
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  const lines = parts.flatMap(({ name, gapsMs, times, heapBytes }) => {
    const seconds = gapsMs.reduce((sum, gap) => sum + gap, 0) / 1000;
    const missed = gapsMs.filter((gap) => gap > 1.5 * FRAME_AT_60_MS).length;
    const tasks = times.mainTasks;
    const long = tasks.filter((task) => task > FRAME_AT_60_MS).length;
    const main = tasks.reduce((sum, task) => sum + task, 0);
    const aFrame = (total: number): string => ms(total / gapsMs.length);
    return [
      `${name}: ${(gapsMs.length / seconds).toFixed(1)} frames a second over ${seconds.toFixed(0)} s`,
      `  between two frames: median ${ms(at(gapsMs, 0.5))}, p99 ${ms(at(gapsMs, 0.99))}, ` +
        `longest ${ms(at(gapsMs, 1))}; ${((100 * missed) / gapsMs.length).toFixed(1)} % missed`,
      `  CPU time a frame: main thread ${aFrame(main)}, the window's others ${aFrame(times.beside)}, ` +
        `GPU process ${aFrame(times.gpuProcess)}`,
      `  main thread, CPU time of a task: p99 ${ms(at(tasks, 0.99))}, ` +
        `longest ${ms(at(tasks, 1))}; ${long} of ${tasks.length} over ${ms(FRAME_AT_60_MS)}`,
      `  heap ${(heapBytes / 1e6).toFixed(1)} MB`,
    ];
  });
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'})`;
  process.stdout.write(`\n${RECORDS} records, ${machine}\n${lines.join('\n')}\n`);
}

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
}
