/**
 * A list of any length of which only what is in sight is drawn: rows of one height, one of them active, any number
 * of them chosen. The list is one stop of the Tab key; the arrows, Home, End and the page keys move within it.
 */
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react';
import { memo, useEffect, useId, useRef } from 'react';
import { drawnFrom, OVERSCAN, useRowWindow } from './row-window.ts';
import type { RowWindow } from './row-window.ts';
import styles from './virtual-list.module.css';

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
  /** The rows in sight, whenever they change. `isFlying`: they go by quicker than anyone reads them. */
  readonly onVisible?: (first: number, last: number, isFlying: boolean) => void;
  /** The same function for as long as it draws the same: a row is drawn again for another one only. */
  readonly renderRow: (index: number, isFlying: boolean) => ReactNode;
}

export function VirtualList(props: VirtualListProps) {
  const { label, count, rowHeight, active, chosen, onVisible, renderRow } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const { view, show } = useRowWindow(scroller, rowHeight);
  const { first, last, isFlying } = view;
  useEffect(() => {
    if (last >= 0 && count > first) onVisible?.(first, Math.min(last, count - 1), isFlying);
  }, [first, last, isFlying, count, onVisible]);

  const go = (index: number) => {
    const next = Math.max(0, Math.min(count - 1, index));
    props.onActive(next);
    show(next);
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
  const click = (event: MouseEvent) => {
    const index = rowAt(event.target);
    if (index === undefined) return;
    if (chosen !== undefined && wantsToChoose(event)) chosen.toggle(index, event.shiftKey);
    props.onActive(index);
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
      onClick={click}
    >
      <div className={styles.rows} role="presentation" style={{ height: count * rowHeight }}>
        {drawnRows(view, count, active).map(({ index, key }) => (
          <Row
            key={key}
            id={`${id}-${index}`}
            index={index}
            count={count}
            height={rowHeight}
            isActive={index === active}
            isChosen={chosen?.has(index)}
            isFlying={isFlying}
            render={renderRow}
          />
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  readonly id: string;
  readonly index: number;
  readonly count: number;
  readonly height: number;
  readonly isActive: boolean;
  /** Undefined: rows cannot be chosen. */
  readonly isChosen: boolean | undefined;
  readonly isFlying: boolean;
  readonly render: (index: number, isFlying: boolean) => ReactNode;
}

const Row = memo(function Row(props: RowProps) {
  const { id, index, count, height, isActive, isChosen, isFlying, render } = props;
  return (
    <div
      id={id}
      role="option"
      className={styles.row}
      aria-selected={isChosen ?? isActive}
      aria-setsize={count}
      aria-posinset={index + 1}
      data-active={isActive ? '' : undefined}
      data-choice={isChosen === undefined ? undefined : ''}
      style={{ height, top: index * height }}
    >
      {isChosen === undefined ? null : (
        <span className={styles.check} data-check="" data-on={isChosen} aria-hidden />
      )}
      {render(index, isFlying)}
    </div>
  );
});

/** What is in sight and a little more; the active row always, since assistive technology is pointed at its element. */
function drawnRows({ first, last, shift }: RowWindow, count: number, active: number) {
  const from = drawnFrom(first);
  const to = last < 0 ? -1 : Math.min(count - 1, last + OVERSCAN);
  const rows: { index: number; key: number | string }[] = [];
  for (let index = from; index <= to; index += 1) rows.push({ index, key: index - shift });
  if (active >= 0 && active < count && (active < from || active > to)) {
    rows.push({ index: active, key: 'active' });
  }
  return rows;
}

function rowAt(target: EventTarget): number | undefined {
  const place = target instanceof Element ? target.closest('[role=option]')?.ariaPosInSet : null;
  return typeof place === 'string' ? Number(place) - 1 : undefined;
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
