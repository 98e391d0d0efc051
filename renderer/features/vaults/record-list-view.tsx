/** The list of records: masked, opened as they come in sight, moved in by the arrow keys. */
import type { KeyboardEvent } from 'react';
import { memo, useCallback, useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import type { SdsRecord, SdsVault } from '../../../shared/domain/vault.ts';
import { Badge } from '../../ui/badge.tsx';
import { formatMoment } from '../../ui/format.ts';
import { Quiet } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { VirtualList } from '../../ui/virtual-list.tsx';
import { kindText, wordsFor } from './badge-words.ts';
import { useDeletions } from './deletions.ts';
import { heldRecords, idsBetween, matches, recordAt, rowCount, rowOf } from './record-pages.ts';
import type { OpenedFacts, RecordsStore, Revealed } from './record-state.ts';
import type { RecordTask } from './record-task.ts';
import styles from './vaults.module.css';

/** Two lines of text and their space, in pixels. */
const ROW_HEIGHT = 52;

interface RecordListProps {
  readonly records: RecordsStore;
  readonly app: string;
  readonly vault: SdsVault;
  readonly query: string;
  readonly isWritable: boolean;
  readonly onTask: (task: RecordTask) => void;
}

export function RecordList({ records, app, vault, query, isWritable, onTask }: RecordListProps) {
  const { count, at, row } = useRows(records, query);
  const opened = useStore(records, (state) => state.opened);
  const revealed = useStore(records, (state) => state.revealed);
  const chosen = useStore(records, (state) => state.chosen);
  const activeId = useStore(records, (state) => state.activeId);
  // What changes with each page must not draw the list again, which is not empty by then.
  const isEmpty = count === 0;
  const isWaiting = useStore(
    records,
    (state) =>
      isEmpty &&
      (state.isLoading || (query === '' && !state.isComplete && state.error === undefined)),
  );
  const deletions = useDeletions((state) => state.deletions);
  const leaving = useMemo(
    () => new Set(deletions.flatMap(({ state, ids }) => (state === 'unsent' ? [] : ids))),
    [deletions],
  );
  const lastActive = useRef(-1);
  const active = activeId === undefined ? -1 : row(activeId, lastActive.current);
  const visible = useCallback(
    (first: number, last: number, isFlying: boolean) => {
      const state = records.getState();
      if (query === '') state.ensure(first, last, isFlying);
      if (!isFlying) state.see(idsBetween(at, first, last));
    },
    [records, query, at],
  );
  const activate = (index: number) => {
    lastActive.current = index;
    const id = at(index)?.id;
    if (id !== undefined) records.getState().activate(id);
  };
  const toggle = (index: number, isRange: boolean) => {
    const id = at(index)?.id;
    if (id === undefined) return;
    const from = isRange && lastActive.current >= 0 ? lastActive.current : index;
    const ids = idsBetween(at, Math.min(from, index), Math.max(from, index));
    records.getState().choose(ids, isRange || !chosen.has(id));
  };
  const onKey = (event: KeyboardEvent) => {
    if (activeId === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const run = keyAction(event.key, { records, app, vault, activeId, isWritable, onTask });
    if (run === undefined) return;
    event.preventDefault();
    run();
  };
  const renderRow = useCallback(
    (index: number, isFlying: boolean) => {
      const record = at(index);
      if (record === undefined) return <span className={styles.recordSays}>Loading…</span>;
      return (
        <RecordRow
          record={record}
          facts={opened.get(record.id)}
          revealed={revealed.get(record.id)}
          isLeaving={leaving.has(record.id)}
          isFlying={isFlying}
        />
      );
    },
    [at, opened, revealed, leaving],
  );
  if (isEmpty) {
    if (isWaiting) return <Working>Reading the records</Working>;
    return (
      <div className={styles.none}>
        <Quiet>
          {query === ''
            ? `${vault.name} holds no record yet.${isWritable ? ' Write one, or import a CSV or JSON file.' : ''}`
            : 'No record that is loaded has this in its id or metadata.'}
        </Quiet>
      </div>
    );
  }
  return (
    <VirtualList
      label={`Records of ${vault.name}`}
      count={count}
      rowHeight={ROW_HEIGHT}
      active={active}
      onActive={activate}
      chosen={{ has: (index) => chosen.has(at(index)?.id ?? ''), toggle }}
      onKey={onKey}
      onVisible={visible}
      renderRow={renderRow}
    />
  );
}

type RowSource = Pick<ReturnType<RecordsStore['getState']>, 'pages' | 'found'>;

function useRows(records: RecordsStore, query: string) {
  const pages = useStore(records, (state) => state.pages);
  const found = useStore(records, (state) => state.found);
  return useMemo(() => rowsOf({ pages, found }, query), [pages, found, query]);
}

/** The rows as they are shown: the pages, or what was found. */
function rowsOf({ pages, found }: RowSource, query: string) {
  if (query === '') {
    return {
      count: rowCount(pages),
      at: (index: number) => recordAt(pages, index),
      /** `guess`: where it was, in case that its page was let go. */
      row: (id: string, guess: number) => {
        const index = rowOf(pages, id);
        return index >= 0 ? index : recordAt(pages, guess) === undefined ? guess : -1;
      },
    };
  }
  const list =
    found?.text === query
      ? found.records
      : heldRecords(pages).filter((record) => matches(record, query));
  return {
    count: list.length,
    at: (index: number) => list[index],
    row: (id: string) => list.findIndex((record) => record.id === id),
  };
}

interface RecordRowProps {
  readonly record: SdsRecord;
  readonly facts: OpenedFacts | undefined;
  readonly revealed: Revealed | undefined;
  readonly isLeaving: boolean;
  /** Its id is enough. */
  readonly isFlying: boolean;
}

/** Few elements, none of which has to ask another for its size: a quick scroll draws all of them in every frame. */
const RecordRow = memo(function RecordRow({
  record,
  facts,
  revealed,
  isLeaving,
  isFlying,
}: RecordRowProps) {
  const id = <RecordId id={record.id.replace('data:', '')} />;
  if (isFlying) return <div className={styles.recordRow}>{id}</div>;
  const value = revealed?.record.value;
  const words = facts === undefined ? undefined : wordsFor(facts);
  return (
    <div className={styles.recordRow} data-leaving={isLeaving ? '' : undefined}>
      {id}
      {record.updatedAt === '' ? null : (
        <span className={styles.recordTime}>{formatMoment(record.updatedAt)}</span>
      )}
      <div className={styles.recordSays}>
        {words === undefined ? 'Not opened yet' : <Badge tone={words.tone}>{words.text}</Badge>}
        {value === undefined ? (
          <span className={styles.recordMasked}>
            {facts === undefined ? '' : kindText(facts)} {firstLine(record.meta)}
          </span>
        ) : (
          <span className={styles.recordValue}>{firstLine(value.text ?? value.hex)}</span>
        )}
      </div>
    </div>
  );
});

const TAIL_CHARS = 12;

/** Cut in its middle where it is too long: ids made one after the other begin alike. */
function RecordId({ id }: { readonly id: string }) {
  return (
    <code className={styles.recordId}>
      <span>{id.slice(0, -TAIL_CHARS)}</span>
      {id.slice(-TAIL_CHARS)}
    </code>
  );
}

const PREVIEW_CHARS = 200;

function firstLine(text: string): string {
  return text.slice(0, PREVIEW_CHARS).split('\n', 1)[0] ?? '';
}

interface KeyContext {
  readonly records: RecordsStore;
  readonly app: string;
  readonly vault: SdsVault;
  readonly activeId: string;
  readonly isWritable: boolean;
  readonly onTask: (task: RecordTask) => void;
}

/** What a key does with the active record. */
function keyAction(key: string, context: KeyContext): (() => void) | undefined {
  const { records, app, vault, activeId, isWritable, onTask } = context;
  const { getState } = records;
  switch (key) {
    case 'r':
      return () => {
        if (getState().revealed.has(activeId)) getState().hide([activeId]);
        else void getState().reveal([activeId], false);
      };
    case 'c':
      return () => void getState().copy(activeId, 'text');
    case 'e':
      return isWritable ? () => onTask({ kind: 'edit', id: activeId }) : undefined;
    case 'm':
      return isWritable ? () => onTask({ kind: 'move', id: activeId }) : undefined;
    case 'Delete':
      return isWritable
        ? () =>
            useDeletions
              .getState()
              .remove({ app, vault: vault.name, ids: [activeId] }, getState().gone)
        : undefined;
    case 'Escape':
      return () => getState().hideAll();
    default:
      return undefined;
  }
}
