/** Deletions that wait, with their undo, and those that came to nothing: over every place, since the user may leave the vault. */
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { formatCount } from '../../ui/format.ts';
import { Notice } from '../../ui/notice.tsx';
import { useDeletions } from './deletions.ts';
import type { Deletion } from './deletions.ts';
import styles from './vaults.module.css';

export function DeletionBar() {
  const deletions = useDeletions((state) => state.deletions);
  return deletions.map((deletion) => <DeletionEntry key={deletion.id} deletion={deletion} />);
}

function DeletionEntry({ deletion }: { readonly deletion: Deletion }) {
  const { drop, sendNow } = useDeletions.getState();
  const { id, ids, vault, state, error } = deletion;
  const records = `${formatCount(ids.length, 'record')} of ${vault}`;
  const close = <Button onPress={() => drop(id)}>Close</Button>;
  if (error !== undefined) return <ErrorBox error={error} actions={close} />;
  if (state === 'unsent') {
    return (
      <Notice
        tone="warning"
        title={`Not deleted: ${records}`}
        actions={
          <>
            <Button onPress={() => sendNow(id)}>Delete now</Button>
            {close}
          </>
        }
      >
        <p>Sealift was locked before the deletion was sent, so nothing was deleted.</p>
      </Notice>
    );
  }
  return (
    <div className={styles.undo} role="status">
      <span>Deleting {records}.</span>
      {state === 'waiting' ? (
        <>
          <Button size="small" onPress={() => drop(id)}>
            Undo
          </Button>
          <span className={styles.note}>Nothing is sent for five seconds.</span>
        </>
      ) : null}
    </div>
  );
}
