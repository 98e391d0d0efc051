/** The active file: what is said about it, and its download, for a URL file from a host that is agreed to first. */
import { Download, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import type { SdsFile, SdsVault } from '../../../shared/domain/vault.ts';
import { accessOf, whyNot } from '../../../shared/domain/vault.ts';
import type { Result } from '../../../shared/errors/index.ts';
import { CopyButton } from '../../bridge/copy-button.tsx';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Blocked } from '../../ui/blocked.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Facts } from '../../ui/facts.tsx';
import { formatBytes, formatMoment } from '../../ui/format.ts';
import { Row } from '../../ui/page.tsx';
import { TagList } from '../../ui/tag-input.tsx';
import { FetchUrlDialog } from './fetch-url-dialog.tsx';
import { FILE_STATUS_WORDS } from './file-words.ts';
import type { FilesStore } from './files-store.ts';
import { useTransfers } from './transfers.ts';
import styles from './vaults.module.css';

interface FileDetailProps {
  readonly file: SdsFile;
  readonly files: FilesStore;
  readonly app: string;
  readonly vault: SdsVault;
}

export function FileDetail({ file, files, app, vault }: FileDetailProps) {
  const status = FILE_STATUS_WORDS[file.status];
  return (
    <>
      <div className={styles.detailHead}>
        <h2>{file.name}</h2>
        <Badge tone={status.tone}>{status.text}</Badge>
      </div>
      {file.status === 'COMPLETED' ? null : <p className={styles.note}>{status.means}</p>}
      <Facts
        facts={[
          {
            name: 'Id',
            value: (
              <span className={styles.copyable}>
                <code>{file.id}</code>
                <CopyButton text={file.id} label="Copy file id" />
              </span>
            ),
          },
          { name: 'Type', value: file.type === 'URL' ? 'Address elsewhere (URL)' : 'File' },
          {
            name: 'Size',
            value: file.sizeBytes === undefined ? undefined : formatBytes(file.sizeBytes),
          },
          {
            name: 'Added',
            value: file.createdAt === undefined ? undefined : formatMoment(file.createdAt),
          },
          { name: 'Description', value: file.description },
        ]}
      />
      {file.tags.length === 0 ? (
        <p className={styles.note}>No tags.</p>
      ) : (
        <TagList label="Tags" tags={file.tags} />
      )}
      <FileActions file={file} files={files} app={app} vault={vault} />
    </>
  );
}

function FileActions({ file, files, app, vault }: FileDetailProps) {
  const [source, setSource] = useState<{ readonly url: string; readonly host: string }>();
  const [isRemoving, setRemoving] = useState(false);
  const noWrite = whyNot(vault, 'write');
  const { keep } = useTransfers.getState();
  const begin = useAction(async (): Promise<Result<unknown>> => {
    const found = await call('sds.files.source', { app, fileId: file.id });
    if (!found.ok) return found;
    if (found.value.type === 'URL') {
      setSource(found.value);
      return found;
    }
    const begun = await call('sds.files.download', {
      app,
      fileId: file.id,
      vault: vault.name,
      name: file.name,
    });
    if (begun.ok && begun.value.transfer !== null) keep(begun.value.transfer);
    return begun;
  });
  const refresh = useAction(async () => {
    await files.getState().refresh(file.id);
    return { ok: true as const, value: undefined };
  });
  const isReady = file.status === 'COMPLETED';
  return (
    <>
      {begin.error === undefined ? null : <ErrorBox error={begin.error} />}
      <Row>
        <Button
          look="primary"
          icon={<Download size={14} />}
          isDisabled={!isReady}
          isPending={begin.isBusy}
          onPress={() => void begin.run()}
        >
          {file.type === 'URL' ? 'Fetch…' : 'Download…'}
        </Button>
        {isReady ? null : (
          <Button
            icon={<RefreshCw size={14} />}
            isPending={refresh.isBusy}
            onPress={() => void refresh.run()}
          >
            Ask again
          </Button>
        )}
        <Button isDisabled={noWrite !== undefined} onPress={() => setRemoving(true)}>
          Remove…
        </Button>
      </Row>
      {file.type === 'FILE' ? (
        <p className={styles.note}>
          {accessOf(vault.permission).read === 'encrypted'
            ? 'It comes encrypted to this app’s key and is decrypted on this computer on the way to the disk.'
            : 'The service decrypts it and sends it as it was stored.'}
        </p>
      ) : null}
      {noWrite === undefined ? null : <Blocked>{noWrite}</Blocked>}
      {source === undefined ? null : (
        <FetchUrlDialog
          app={app}
          vault={vault.name}
          file={file}
          source={source}
          onClose={() => setSource(undefined)}
        />
      )}
      {isRemoving ? (
        <RemoveFileDialog file={file} files={files} app={app} onClose={() => setRemoving(false)} />
      ) : null}
    </>
  );
}

interface RemoveFileDialogProps extends Pick<FileDetailProps, 'file' | 'files' | 'app'> {
  readonly onClose: () => void;
}

function RemoveFileDialog({ file, files, app, onClose }: RemoveFileDialogProps) {
  const remove = useAction(() => call('sds.files.remove', { app, fileId: file.id }));
  const confirm = async () => {
    if ((await remove.run()) === undefined) return;
    files.getState().gone(file.id);
    onClose();
  };
  return (
    <ConfirmDialog
      title={`Remove ${file.name}`}
      confirmLabel="Remove file"
      onClose={onClose}
      onConfirm={() => void confirm()}
      isBusy={remove.isBusy}
      error={remove.error}
    >
      <p>
        {file.type === 'URL'
          ? 'The vault forgets the address. What lies there stays.'
          : 'The service deletes its content, for everyone who may read this vault.'}
      </p>
    </ConfirmDialog>
  );
}
