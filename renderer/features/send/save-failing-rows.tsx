/** Under a verdict with rejected rows: saves them as CSV to be mended, once it was said that it is not encrypted. */
import { useState } from 'react';
import { useAction } from '../../bridge/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { FormDialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { formatBytes, formatCount } from '../../ui/format.ts';
import { Quiet, Row } from '../../ui/page.tsx';
import { Progress } from '../../ui/progress.tsx';
import { cancelSave, saveFailingRows, useSaves } from './failing-rows.ts';
import styles from './send.module.css';
import type { SendFile } from './wizard.ts';

interface SaveFailingRowsProps {
  readonly file: SendFile;
  readonly rejected: number;
}

export function SaveFailingRows({ file, rejected }: SaveFailingRowsProps) {
  const [isAsking, setAsking] = useState(false);
  const job = useSaves((state) => state.byHandle[file.ref.handle]);
  const isSaving = job?.state === 'running' || job?.state === 'queued';
  const saved = job?.result?.kind === 'failed-rows' ? job.result : undefined;
  if (isSaving) {
    const { done, total = file.ref.sizeBytes } = job;
    return (
      <div className={styles.allProgress}>
        <Progress
          label="Saving the failing rows"
          detail={`${formatBytes(done)} of ${formatBytes(total)} read`}
          done={done}
          total={total}
        />
        <Button size="small" onPress={() => cancelSave(job)}>
          Cancel
        </Button>
      </div>
    );
  }
  return (
    <>
      <Row>
        <Button size="small" onPress={() => setAsking(true)}>
          Save failing rows…
        </Button>
        <Quiet>
          {saved === undefined
            ? 'As CSV, each with the reason in a last column: mend them and drop that file here.'
            : `${formatCount(saved.rows, 'row')} saved as ${saved.savedAs}. Mend ${saved.rows === 1 ? 'it' : 'them'} and drop that file here.`}
        </Quiet>
      </Row>
      {job?.error !== undefined ? <ErrorBox error={job.error} /> : null}
      {isAsking ? (
        <AskDialog file={file} rejected={rejected} onClose={() => setAsking(false)} />
      ) : null}
    </>
  );
}

interface AskDialogProps extends SaveFailingRowsProps {
  readonly onClose: () => void;
}

function AskDialog({ file, rejected, onClose }: AskDialogProps) {
  const save = useAction(() => saveFailingRows(file));
  const submit = async () => {
    if ((await save.run()) !== undefined) onClose();
  };
  return (
    <FormDialog
      title="Save failing rows"
      submitLabel="Save…"
      onSubmit={() => void submit()}
      isBusy={save.isBusy}
      error={save.error}
      onClose={onClose}
    >
      <p>
        {formatCount(rejected, 'row')} of {file.ref.name} are written as CSV, as they are in the
        file, with a last column “Failure Description”.
      </p>
      <p>
        This file is <strong>not encrypted</strong>. Only you can read it; remove it when the rows
        are mended and sent.
      </p>
    </FormDialog>
  );
}
