/** Temporary files that broken deliveries left on the server, and the way to remove them. */
import { useEffect, useState } from 'react';
import type { Connection, LeftBehind } from '../../../shared/domain/connection.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Button } from '../../ui/button.tsx';
import { TellDialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { formatBytes, formatMoment } from '../../ui/format.ts';
import { Quiet, Row } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import styles from './connections.module.css';

interface LeftBehindDialogProps {
  readonly connection: Connection;
  readonly onClose: () => void;
}

export function LeftBehindDialog({ connection: { id, name }, onClose }: LeftBehindDialogProps) {
  const [files, setFiles] = useState<readonly LeftBehind[]>();
  const [removed, setRemoved] = useState(0);
  const look = useAction(() => call('connections.leftBehind', { id }));
  const remove = useAction((names: string[]) =>
    call('connections.removeLeftBehind', { id, names }),
  );
  const { run } = look;
  useEffect(() => void run().then(setFiles), [run]);
  const removeAll = async () => {
    const done = await remove.run((files ?? []).map((file) => file.name));
    if (done !== undefined) setRemoved(done.removed);
    setFiles(await run());
  };
  const error = remove.error ?? look.error;
  return (
    <TellDialog title={`Left behind at ${name}`} onClose={onClose} isWide>
      {files === undefined && error === undefined ? <Working>Looking in the folder</Working> : null}
      {removed > 0 ? <Quiet>{count(removed)} removed.</Quiet> : null}
      {files?.length === 0 ? (
        <Quiet>No unfinished file of a delivery lies in the folder.</Quiet>
      ) : null}
      {files !== undefined && files.length > 0 ? (
        <>
          <p>
            Deliveries that were broken off left this here. It is of no use to the platform. Files
            of deliveries in your Activity are not among them; one that another computer is sending
            just now could be.
          </p>
          <ul className={styles.keys} aria-label="Unfinished files">
            {files.map((file) => (
              <li key={file.name}>
                <div className={styles.key}>
                  <code>{file.name}</code>
                  <Quiet>
                    {formatBytes(file.sizeBytes)}, last written {formatMoment(file.modifiedAt)}
                  </Quiet>
                </div>
              </li>
            ))}
          </ul>
          <Row>
            <Button isPending={remove.isBusy} onPress={() => void removeAll()}>
              {files.length === 1 ? 'Remove it' : 'Remove them all'}
            </Button>
          </Row>
        </>
      ) : null}
      {error !== undefined ? <ErrorBox error={error} /> : null}
    </TellDialog>
  );
}

function count(files: number): string {
  return files === 1 ? 'One unfinished file' : `${files} unfinished files`;
}
