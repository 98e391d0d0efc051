import { describe, expect, test } from 'vitest';
import { OVERSCAN, nextWindow } from '../../../renderer/ui/row-window.ts';
import type { RowWindow } from '../../../renderer/ui/row-window.ts';

const ROW = 50;
const HEIGHT = 500;
const START: RowWindow = { first: 0, last: 9, shift: 0, isFlying: false };

function scrolled(before: RowWindow, toRow: number, isMoving = false): RowWindow {
  return nextWindow(before, { scrollTop: toRow * ROW, clientHeight: HEIGHT }, ROW, isMoving);
}

describe('rows in sight', () => {
  test('are those that show at least in part', () => {
    const viewport = { scrollTop: 60, clientHeight: HEIGHT };
    expect(nextWindow(START, viewport, ROW, false)).toMatchObject({ first: 1, last: 11 });
  });

  test('are the same object while nothing changes', () => {
    expect(scrolled(START, 0)).toBe(START);
  });

  test('keep their elements while one of them stays', () => {
    expect(scrolled(START, 9 + OVERSCAN, true)).toMatchObject({ shift: 0, isFlying: false });
  });

  test('take over all elements after a jump, down and up again', () => {
    const far = scrolled(START, 1_000);
    expect(far).toMatchObject({ first: 1_000, last: 1_009, shift: 1_000 - OVERSCAN });
    expect(scrolled(far, 0)).toEqual(START);
  });

  test('fly from the second jump of a scroll on, until it rests', () => {
    const first = scrolled(START, 100);
    expect(first.isFlying).toBe(false);
    const second = scrolled(first, 200, true);
    expect(second.isFlying).toBe(true);
    expect(scrolled(second, 201, true).isFlying).toBe(true);
  });
});
