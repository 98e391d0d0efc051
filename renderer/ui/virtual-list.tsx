/**
 * A list of any length of which only what is in sight is drawn: rows of one height, one of them active, any number
 * of them chosen. The list is one stop of the Tab key; the arrows, Home, End and the page keys move within it.
 */
import { useVirtualizer, defaultRangeExtractor } from '@tanstack/react-virtual';
import type { Range } from '@tanstack/react-virtual';
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react';
import { useEffect, useId, useRef } from 'react';
import styles from './virtual-list.module.css';

/** Rows drawn beyond each edge, so that a quick scroll shows no blank. */
const OVERSCAN = 8;

interface VirtualListProps {
  readonly label: string;
  readonly count: number;
  /** In pixels. */
  readonly rowHeight: number;
  /** Index of the active row; -1: none. */
  readonly active: number;
  readonly onActive: (index: number) => void;
  /** Present: rows can be chosen, by Space, by their check box, with Shift up to there. */
  readonly chosen?: {
    readonly has: (index: number) => boolean;
    readonly toggle: (index: number, isRange: boolean) => void;
  };
  /** Keys that the list itself has no use for. */
  readonly onKey?: (event: KeyboardEvent) => void;
  /** The rows in sight, whenever they change. */
  readonly onVisible?: (first: number, last: number) => void;
  readonly renderRow: (index: number) => ReactNode;
}

export function VirtualList(props: VirtualListProps) {
  const { label, count, rowHeight, active, chosen, onVisible } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  // Its functions are used here alone, and nothing memoizes them.
  // eslint-disable-next-line react-hooks/incompatible-library
  const list = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    // The active row is always there: assistive technology is pointed at its element.
    rangeExtractor: (range) => withActive(range, active),
  });
  const first = list.range?.startIndex ?? -1;
  const last = list.range?.endIndex ?? -1;
  useEffect(() => {
    if (first >= 0 && count > 0) onVisible?.(first, Math.min(last, count - 1));
  }, [first, last, count, onVisible]);

  const go = (index: number) => {
    const next = Math.max(0, Math.min(count - 1, index));
    props.onActive(next);
    list.scrollToIndex(next);
  };
  const keyDown = (event: KeyboardEvent) => {
    const to = count === 0 ? undefined : keyTarget(event, active, count, last - first);
    if (to !== undefined) {
      event.preventDefault();
      if (event.shiftKey) chosen?.toggle(Math.max(0, Math.min(count - 1, to)), true);
      go(to);
    } else if (event.key === ' ' && chosen !== undefined && active >= 0) {
      event.preventDefault();
      chosen.toggle(active, event.shiftKey);
    } else {
      props.onKey?.(event);
    }
  };
  return (
    <div
      ref={scroller}
      className={styles.list}
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-multiselectable={chosen !== undefined}
      aria-activedescendant={active >= 0 && active < count ? `${id}-${active}` : undefined}
      onKeyDown={keyDown}
    >
      <div className={styles.rows} role="presentation" style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map(({ index, start }) => (
          <div
            key={index}
            id={`${id}-${index}`}
            role="option"
            className={styles.row}
            aria-selected={chosen === undefined ? index === active : chosen.has(index)}
            aria-setsize={count}
            aria-posinset={index + 1}
            data-active={index === active ? '' : undefined}
            style={{ height: rowHeight, transform: `translateY(${start}px)` }}
            onClick={(event) => {
              if (chosen !== undefined && wantsToChoose(event))
                chosen.toggle(index, event.shiftKey);
              props.onActive(index);
            }}
          >
            {chosen === undefined ? null : (
              <span
                className={styles.check}
                data-check=""
                data-on={chosen.has(index)}
                aria-hidden
              />
            )}
            {props.renderRow(index)}
          </div>
        ))}
      </div>
    </div>
  );
}

function withActive(range: Range, active: number): number[] {
  const indexes = defaultRangeExtractor(range);
  if (active < 0 || active >= range.count || indexes.includes(active)) return indexes;
  return [...indexes, active].sort((a, b) => a - b);
}

function wantsToChoose(event: MouseEvent): boolean {
  const isOnCheck =
    event.target instanceof Element && event.target.closest('[data-check]') !== null;
  return isOnCheck || event.shiftKey || event.ctrlKey || event.metaKey;
}

function keyTarget(
  { key, ctrlKey, metaKey, altKey }: KeyboardEvent,
  active: number,
  count: number,
  page: number,
): number | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  switch (key) {
    case 'ArrowDown':
      return active + 1;
    case 'ArrowUp':
      return active < 0 ? count - 1 : active - 1;
    case 'PageDown':
      return active + Math.max(1, page - 1);
    case 'PageUp':
      return active - Math.max(1, page - 1);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
