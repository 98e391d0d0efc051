/** Under the list: how much of the vault is loaded, the search through the rest, and what to do with what is chosen. */
import { Eye, EyeOff } from 'lucide-react';
import { useStore } from 'zustand';
import type { SdsVault } from '../../../shared/domain/vault.ts';
import { whyNot } from '../../../shared/domain/vault.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { formatCount, formatNumber } from '../../ui/format.ts';
import { Spinner } from '../../ui/spinner.tsx';
import { useDeletions } from './deletions.ts';
import { rowCount } from './record-pages.ts';
import type { RecordsStore } from './record-state.ts';
import styles from './vaults.module.css';

interface RecordsFootProps {
  readonly records: RecordsStore;
  readonly app: string;
  readonly vault: SdsVault;
  readonly query: string;
}

export function RecordsFoot({ records, app, vault, query }: RecordsFootProps) {
  return (
    <div className={styles.foot}>
      {query === '' ? <Loaded records={records} /> : <Search records={records} query={query} />}
      <span className={styles.footActions}>
        <Chosen records={records} app={app} vault={vault} />
        <RevealPage records={records} />
      </span>
    </div>
  );
}

function Loaded({ records }: { readonly records: RecordsStore }) {
  const count = useStore(records, (state) => rowCount(state.pages));
  const isComplete = useStore(records, (state) => state.isComplete);
  const isLoadingAll = useStore(records, (state) => state.isLoadingAll);
  const { loadAll } = records.getState();
  return (
    <span className={styles.footText} role="status">
      {formatCount(count, 'record')}
      {isComplete ? '' : ' so far, more are there'}
      {isComplete || count === 0 ? null : (
        <Button size="small" look="quiet" onPress={() => void loadAll()}>
          {isLoadingAll ? 'Stop' : 'Load all'}
        </Button>
      )}
      {isLoadingAll ? <Spinner label="At work" /> : null}
    </span>
  );
}

function Search({ records, query }: { readonly records: RecordsStore; readonly query: string }) {
  const found = useStore(records, (state) => state.found);
  const isComplete = useStore(records, (state) => state.isComplete);
  const loaded = useStore(records, (state) => rowCount(state.pages));
  const { searchVault, stopSearch } = records.getState();
  if (found?.text !== query) {
    return (
      <span className={styles.footText}>
        Searched {isComplete ? 'all' : 'the'} {formatNumber(loaded)} that are loaded.
        <Button size="small" look="quiet" onPress={() => void searchVault(query)}>
          Search the whole vault
        </Button>
      </span>
    );
  }
  return (
    <span className={styles.footText} role="status">
      {formatNumber(found.records.length)} found in {formatCount(found.searched, 'record')}
      {found.isCut ? ', and more: search for more of it' : ''}
      {found.isRunning ? (
        <>
          <Spinner label="At work" />
          <Button size="small" look="quiet" onPress={stopSearch}>
            Stop
          </Button>
        </>
      ) : null}
      {found.error === undefined ? null : <ErrorBox error={found.error} />}
    </span>
  );
}

function Chosen({ records, app, vault }: Omit<RecordsFootProps, 'query'>) {
  const chosen = useStore(records, (state) => state.chosen);
  const { clearChosen, gone } = records.getState();
  if (chosen.size === 0) return null;
  const remove = () => {
    useDeletions.getState().remove({ app, vault: vault.name, ids: [...chosen] }, gone);
    clearChosen();
  };
  return (
    <>
      <span className={styles.note}>{formatNumber(chosen.size)} chosen</span>
      {whyNot(vault, 'write') === undefined ? (
        <Button size="small" look="quiet" onPress={remove}>
          Delete chosen
        </Button>
      ) : null}
      <Button size="small" look="quiet" onPress={clearChosen}>
        Choose none
      </Button>
    </>
  );
}

function RevealPage({ records }: { readonly records: RecordsStore }) {
  const isRevealing = useStore(records, (state) => state.isRevealing);
  const count = useStore(records, (state) => state.revealed.size);
  const isEmpty = useStore(records, (state) => rowCount(state.pages) === 0);
  const { reveal, hideAll } = records.getState();
  return (
    <>
      {count === 0 ? null : (
        <Button size="small" look="quiet" icon={<EyeOff size={14} />} onPress={hideAll}>
          Hide all
        </Button>
      )}
      <Button
        size="small"
        look="quiet"
        icon={<Eye size={14} />}
        isDisabled={isEmpty}
        isPending={isRevealing}
        onPress={() => void reveal(records.getState().inSight, false)}
      >
        Reveal this page
      </Button>
    </>
  );
}
