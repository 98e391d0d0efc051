/** Adds a file whose content lies at an address elsewhere. */
import { useState } from 'react';
import { MAX_TAGS } from '../../../shared/domain/vault.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import type { Tag } from '../../ui/tag-input.tsx';
import { TagInput } from '../../ui/tag-input.tsx';
import { plainTags } from './plain-tags.ts';

interface UrlDialogProps {
  readonly app: string;
  readonly vault: string;
  readonly onClose: () => void;
  readonly onAdded: () => void;
}

export function UrlDialog({ app, vault, onClose, onAdded }: UrlDialogProps) {
  const [url, setUrl] = useState('');
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [tags, setTags] = useState<readonly Tag[]>([]);
  const [isTried, setTried] = useState(false);
  const problem = urlProblem(url.trim());
  const add = useAction(() =>
    call('sds.files.addUrl', {
      app,
      vault,
      url: url.trim(),
      name: name.trim(),
      description,
      tags: plainTags(tags),
    }),
  );
  const submit = async () => {
    setTried(true);
    if (problem !== undefined) return;
    if ((await add.run()) === undefined) return;
    onAdded();
    onClose();
  };
  return (
    <FormDialog
      title={`Add a URL to ${vault}`}
      submitLabel="Add URL"
      onClose={onClose}
      onSubmit={() => void submit()}
      canSubmit={name.trim() !== ''}
      isBusy={add.isBusy}
      error={add.error}
      isWide
    >
      <TextField
        label="Address"
        type="url"
        value={url}
        onChange={setUrl}
        placeholder="https://files.example.com/contract.pdf"
        hint="The vault keeps the address, not what lies there."
        problem={isTried ? problem : undefined}
        isRequired
        autoFocus
      />
      <TextField label="Name in the vault" value={name} onChange={setName} isRequired />
      <TextField label="Description" value={description} onChange={setDescription} isOptional />
      <TagInput label="Tags (optional)" tags={tags} onChange={setTags} max={MAX_TAGS} />
    </FormDialog>
  );
}

function urlProblem(text: string): string | undefined {
  const isFine = URL.canParse(text) && new URL(text).protocol === 'https:';
  return isFine ? undefined : 'Give an https address: others are not fetched.';
}
