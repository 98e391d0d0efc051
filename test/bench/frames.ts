/** The time between two frames of a window, recorded in its page. */

const FRAME_AT_60_MS = 1000 / 60;

/** Left in the page. */
interface Recorded {
  gapsMs?: number[];
}

/** Runs in the page; records until the page is gone. */
export function recordFrames(): void {
  const frames: number[] = [];
  (globalThis as Recorded).gapsMs = frames;
  let last = performance.now();
  const next = (now: number): void => {
    frames.push(now - last);
    last = now;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}

/** Runs in the page. */
export function recordedGaps(): readonly number[] {
  return (globalThis as Recorded).gapsMs ?? [];
}

/** Two lines: frames a second, and between two frames the median, the 99th percentile and the longest. */
export function frameLines(gapsMs: readonly number[]): readonly string[] {
  const sorted = [...gapsMs].sort((a, b) => a - b);
  const at = (share: number): string => ms(sorted[Math.floor(share * (sorted.length - 1))] ?? NaN);
  const seconds = gapsMs.reduce((sum, gap) => sum + gap, 0) / 1000;
  const missed = gapsMs.filter((gap) => gap > 1.5 * FRAME_AT_60_MS).length;
  return [
    `${(gapsMs.length / seconds).toFixed(1)} frames a second over ${seconds.toFixed(0)} s`,
    `between two frames: median ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}; ` +
      `${((100 * missed) / gapsMs.length).toFixed(1)} % over ${ms(1.5 * FRAME_AT_60_MS)}`,
  ];
}

export function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
