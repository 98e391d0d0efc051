/**
 * Which rows of a list are in sight, while it is scrolled and resized. All rows are of one height, so nothing has
 * to be measured.
 */
import type { RefObject } from 'react';
import { useCallback, useLayoutEffect, useState } from 'react';
import { flushSync } from 'react-dom';

/** Rows drawn beyond each edge, so that a scroll shows no blank while it is answered. */
export const OVERSCAN = 4;

export interface RowWindow {
  /** Index of the first row in sight. */
  readonly first: number;
  /** Index of the last row in sight, as if there were rows without end; -1: nothing is known yet. */
  readonly last: number;
  /** An element has its row's index less this as its key. */
  readonly shift: number;
  /** Rows go by quicker than anyone reads them: one need not show all that it has. */
  readonly isFlying: boolean;
}

const NOTHING: RowWindow = { first: 0, last: -1, shift: 0, isFlying: false };
/** Without a scroll for as long the list is at rest. */
const REST_MS = 100;

/** Height and offset of what is scrolled, in pixels. */
interface Viewport {
  readonly scrollTop: number;
  readonly clientHeight: number;
}

/**
 * Rows that stay in sight keep their elements. Where a scroll leaves none, every element gets another row instead
 * of being made anew, which costs a multiple.
 *
 * @param isMoving it was scrolled just before
 */
export function nextWindow(
  before: RowWindow,
  { scrollTop, clientHeight }: Viewport,
  rowHeight: number,
  isMoving: boolean,
): RowWindow {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight));
  const last = Math.max(first, Math.ceil((scrollTop + clientHeight) / rowHeight) - 1);
  if (first === before.first && last === before.last) return before;
  const isJump =
    drawnFrom(first) > before.last + OVERSCAN || last + OVERSCAN < drawnFrom(before.first);
  const shift = isJump ? before.shift + drawnFrom(first) - drawnFrom(before.first) : before.shift;
  return { first, last, shift, isFlying: before.isFlying || (isJump && isMoving) };
}

export function drawnFrom(first: number): number {
  return Math.max(0, first - OVERSCAN);
}

export function useRowWindow(
  scroller: RefObject<HTMLElement | null>,
  rowHeight: number,
): { readonly view: RowWindow; readonly show: (index: number) => void } {
  const [view, setView] = useState(NOTHING);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    let restTimer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      const isMoving = restTimer !== undefined;
      setView((before) => nextWindow(before, element, rowHeight, isMoving));
    };
    const rest = () => {
      restTimer = undefined;
      setView((before) => (before.isFlying ? { ...before, isFlying: false } : before));
    };
    const scrolled = () => {
      // Drawn within the frame that scrolls: a frame later the rows would be blank for one.
      flushSync(look);
      clearTimeout(restTimer);
      restTimer = setTimeout(rest, REST_MS);
    };
    const sizes = new ResizeObserver(look);
    look();
    sizes.observe(element);
    element.addEventListener('scroll', scrolled, { passive: true });
    return () => {
      clearTimeout(restTimer);
      sizes.disconnect();
      element.removeEventListener('scroll', scrolled);
    };
  }, [scroller, rowHeight]);
  /** Scrolls no farther than to have the whole row in sight. */
  const show = useCallback(
    (index: number) => {
      const element = scroller.current;
      if (element === null) return;
      const top = index * rowHeight;
      const below = top + rowHeight - element.clientHeight;
      if (element.scrollTop > top) element.scrollTop = top;
      else if (element.scrollTop < below) element.scrollTop = below;
    },
    [scroller, rowHeight],
  );
  return { view, show };
}
