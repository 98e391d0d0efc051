/** What is said about files before they are uploaded: for one its name, for all of them description and tags. */
import { useState } from 'react';
import type { FileRef } from '../../../shared/contract/api.ts';
import { MAX_TAGS } from '../../../shared/domain/vault.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { formatBytes } from '../../ui/format.ts';
import type { Tag } from '../../ui/tag-input.tsx';
import { TagInput } from '../../ui/tag-input.tsx';
import { plainTags } from './plain-tags.ts';
import { useTransfers } from './transfers.ts';
import styles from './vaults.module.css';

interface UploadDialogProps {
  readonly app: string;
  readonly vault: string;
  readonly files: readonly FileRef[];
  readonly onClose: () => void;
}

export function UploadDialog({ app, vault, files, onClose }: UploadDialogProps) {
  const [name, setName] = useState(files[0]?.name ?? '');
  const [description, setDescription] = useState('');
  const [tags, setTags] = useState<readonly Tag[]>([]);
  const isOne = files.length === 1;
  const [left, setLeft] = useState(files);
  const upload = useAction(async () => {
    for (const file of left) {
      const begun = await call('sds.files.upload', {
        app,
        vault,
        handle: file.handle,
        name: isOne ? name.trim() : file.name,
        description,
        tags: plainTags(tags),
      });
      if (!begun.ok) return begun;
      useTransfers.getState().keep(begun.value);
      setLeft((before) => before.filter(({ handle }) => handle !== file.handle));
    }
    return { ok: true as const, value: true };
  });
  const submit = async () => {
    if ((await upload.run()) !== undefined) onClose();
  };
  return (
    <FormDialog
      title={isOne ? `Upload to ${vault}` : `Upload ${files.length} files to ${vault}`}
      submitLabel="Upload"
      onClose={onClose}
      onSubmit={() => void submit()}
      canSubmit={!isOne || name.trim() !== ''}
      isBusy={upload.isBusy}
      error={upload.error}
      isWide
    >
      <ul className={styles.uploads} aria-label="Files to upload">
        {left.map((file) => (
          <li key={file.handle}>
            <span>{file.name}</span>
            <span className={styles.note}>{formatBytes(file.sizeBytes)}</span>
          </li>
        ))}
      </ul>
      {isOne ? (
        <TextField label="Name in the vault" value={name} onChange={setName} isRequired autoFocus />
      ) : null}
      <TextField label="Description" value={description} onChange={setDescription} isOptional />
      <TagInput label="Tags (optional)" tags={tags} onChange={setTags} max={MAX_TAGS} />
    </FormDialog>
  );
}
