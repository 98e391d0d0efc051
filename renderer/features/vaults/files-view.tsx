/** The files of a vault: search by name and tags, the list that takes dropped files, and the file that is active. */
import { FilePlus2, Link, Search } from 'lucide-react';
import type { DragEvent, FormEvent } from 'react';
import { useCallback, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { FileRef } from '../../../shared/contract/api.ts';
import type { SdsFile, SdsVault } from '../../../shared/domain/vault.ts';
import { MAX_TAGS, whyNot } from '../../../shared/domain/vault.ts';
import type { ErrorView } from '../../../shared/errors/index.ts';
import { useAction } from '../../bridge/use-action.ts';
import { adoptFiles, call } from '../../bridge/window-api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Blocked } from '../../ui/blocked.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { TextField } from '../../ui/field.tsx';
import { formatBytes, formatCount } from '../../ui/format.ts';
import { Quiet } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { SplitView } from '../../ui/split-view.tsx';
import type { Tag } from '../../ui/tag-input.tsx';
import { TagInput } from '../../ui/tag-input.tsx';
import { VirtualList } from '../../ui/virtual-list.tsx';
import { FileDetail } from './file-detail.tsx';
import { FILE_STATUS_WORDS } from './file-words.ts';
import type { FilesStore } from './files-store.ts';
import { createFiles } from './files-store.ts';
import { useEnded } from './transfers.ts';
import { UploadDialog } from './upload-dialog.tsx';
import { UrlDialog } from './url-dialog.tsx';
import styles from './vaults.module.css';

interface FilesViewProps {
  readonly app: string;
  readonly vault: SdsVault;
}

export function FilesView({ app, vault }: FilesViewProps) {
  const [files] = useState(() => createFiles({ app, vault: vault.name }));
  const [uploads, setUploads] = useState<readonly FileRef[]>();
  const [isAddingUrl, setAddingUrl] = useState(false);
  const noRead = whyNot(vault, 'read');
  const noWrite = whyNot(vault, 'write');
  const canRead = noRead === undefined;
  const choose = useAction(() => call('files.choose', { purpose: 'sds-file' }));
  const [refused, setRefused] = useState<readonly ErrorView[]>([]);
  const adopt = useAction(async (dropped: readonly File[]) => {
    const adopted = await adoptFiles(dropped, 'sds-file');
    setRefused(adopted.ok ? adopted.value.refused : []);
    return adopted;
  });
  const error = useStore(files, (state) => state.error);
  const again = useCallback(() => {
    const { find, search } = files.getState();
    if (canRead) void find(search);
  }, [files, canRead]);
  useEffect(again, [again]);
  useEnded('upload', vault.name, again);
  const take = (refs: readonly FileRef[] | undefined) => {
    if (refs !== undefined && refs.length > 0) setUploads(refs);
  };
  const { isOver, ...dropArea } = useDrop((dropped) => {
    if (noWrite === undefined) void adopt.run(dropped).then((adopted) => take(adopted?.files));
  });
  return (
    <div className={styles.files} data-over={isOver ? '' : undefined} {...dropArea}>
      <div className={styles.toolbar}>
        <SearchForm files={files} isDisabled={!canRead} />
        <Button
          icon={<Link size={14} />}
          isDisabled={noWrite !== undefined}
          onPress={() => setAddingUrl(true)}
        >
          Add URL…
        </Button>
        <Button
          look="primary"
          icon={<FilePlus2 size={14} />}
          isDisabled={noWrite !== undefined}
          isPending={choose.isBusy || adopt.isBusy}
          onPress={() => void choose.run().then(take)}
        >
          Upload…
        </Button>
      </div>
      {noRead === undefined ? null : <Blocked>{noRead}</Blocked>}
      {noWrite === undefined ? (
        <p className={styles.note}>Files dropped anywhere on this page are uploaded.</p>
      ) : noWrite === noRead ? null : (
        <Blocked>{noWrite}</Blocked>
      )}
      {[choose.error, adopt.error, ...refused].map((one, index) =>
        one === undefined ? null : <ErrorBox key={index} error={one} />,
      )}
      {error === undefined ? null : (
        <ErrorBox error={error} actions={<Button onPress={again}>Try again</Button>} />
      )}
      {canRead ? (
        <SplitView
          detailLabel="File"
          list={<FileList files={files} vault={vault.name} />}
          detail={<ActiveFile files={files} app={app} vault={vault} />}
        />
      ) : null}
      {canRead ? <FilesFoot files={files} /> : null}
      {uploads === undefined ? null : (
        <UploadDialog
          app={app}
          vault={vault.name}
          files={uploads}
          onClose={() => setUploads(undefined)}
        />
      )}
      {isAddingUrl ? (
        <UrlDialog
          app={app}
          vault={vault.name}
          onClose={() => setAddingUrl(false)}
          onAdded={again}
        />
      ) : null}
    </div>
  );
}

function useDrop(onDrop: (files: readonly File[]) => void) {
  const [isOver, setOver] = useState(false);
  return {
    isOver,
    role: 'group',
    'aria-label': 'Drop files here',
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      setOver(true);
    },
    onDragLeave: (event: DragEvent) => {
      // Passing over a child is not leaving.
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      onDrop([...event.dataTransfer.files]);
    },
  };
}

function SearchForm({
  files,
  isDisabled,
}: {
  readonly files: FilesStore;
  readonly isDisabled: boolean;
}) {
  const [name, setName] = useState('');
  const [tags, setTags] = useState<readonly Tag[]>([]);
  const { find } = files.getState();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void find({ name: name.trim(), tags });
  };
  // Each tag narrows the search at once; a name is complete when Enter says so.
  const changeTags = (changed: readonly Tag[]) => {
    setTags(changed);
    void find({ name: name.trim(), tags: changed });
  };
  return (
    <details className={styles.fileSearch}>
      <summary>
        <Search size={14} aria-hidden /> Search
        {tags.length + (name === '' ? 0 : 1) === 0 ? '' : ' (on)'}
      </summary>
      <form className={styles.fileSearchForm} onSubmit={submit}>
        <TextField
          label="Name, exactly"
          value={name}
          onChange={setName}
          isDisabled={isDisabled}
          hint="Press Enter to search."
        />
        <TagInput
          label="Tags, all of them"
          tags={tags}
          onChange={changeTags}
          max={MAX_TAGS}
          allowsAnyValue
        />
        <Button type="submit" isDisabled={isDisabled}>
          Search files
        </Button>
      </form>
    </details>
  );
}

const ROW_HEIGHT = 52;
const AHEAD = 20;

function FileList({ files, vault }: { readonly files: FilesStore; readonly vault: string }) {
  const list = useStore(files, (state) => state.files);
  const activeId = useStore(files, (state) => state.activeId);
  const isLoading = useStore(files, (state) => state.isLoading);
  const isSearch = useStore(files, ({ search }) => search.name !== '' || search.tags.length > 0);
  const { activate, loadMore } = files.getState();
  const visible = useCallback(
    (_first: number, last: number) => {
      if (last >= list.length - AHEAD) void loadMore();
    },
    [list.length, loadMore],
  );
  const renderRow = useCallback(
    (index: number) => {
      const file = list[index];
      return file === undefined ? null : <FileRow file={file} />;
    },
    [list],
  );
  if (list.length === 0) {
    if (isLoading) return <Working>Looking for files</Working>;
    return (
      <div className={styles.none}>
        <Quiet>
          {isSearch
            ? 'No file has this name and these tags. Both are compared exactly, case included.'
            : `${vault} holds no file yet.`}
        </Quiet>
      </div>
    );
  }
  return (
    <VirtualList
      label={`Files of ${vault}`}
      count={list.length}
      rowHeight={ROW_HEIGHT}
      active={list.findIndex(({ id }) => id === activeId)}
      onActive={(index) => activate(list[index]?.id)}
      onVisible={visible}
      renderRow={renderRow}
    />
  );
}

function FileRow({ file }: { readonly file: SdsFile }) {
  const status = FILE_STATUS_WORDS[file.status];
  return (
    <div className={styles.record}>
      <div className={styles.recordLine}>
        <span className={styles.recordText} data-name="">
          {file.name}
        </span>
        <span className={styles.note}>
          {file.type === 'URL'
            ? 'URL'
            : file.sizeBytes === undefined
              ? ''
              : formatBytes(file.sizeBytes)}
        </span>
      </div>
      <div className={styles.recordLine}>
        {file.status === 'COMPLETED' ? null : <Badge tone={status.tone}>{status.text}</Badge>}
        <span className={styles.recordText}>
          {file.tags.map(({ key, value }) => `${key}: ${value}`).join(' · ') ||
            file.description ||
            'No tags'}
        </span>
      </div>
    </div>
  );
}

function ActiveFile(props: { readonly files: FilesStore } & FilesViewProps) {
  const file = useStore(props.files, (state) =>
    state.files.find(({ id }) => id === state.activeId),
  );
  if (file === undefined) {
    return <Quiet>Choose a file to see what is said about it, and to download it.</Quiet>;
  }
  return <FileDetail key={file.id} file={file} {...props} />;
}

function FilesFoot({ files }: { readonly files: FilesStore }) {
  const count = useStore(files, (state) => state.files.length);
  const isComplete = useStore(files, (state) => state.isComplete);
  return (
    <div className={styles.foot}>
      <span className={styles.footText} role="status">
        {formatCount(count, 'file')}
        {isComplete || count === 0 ? '' : ' so far; more come as you scroll'}
      </span>
    </div>
  );
}
