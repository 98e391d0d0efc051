/** Adds a source: the customer's server, which manifests, and when. Afterwards: the key that has to be authorised there. */
import { useState } from 'react';
import type { Input } from '../../../shared/contract/api.ts';
import { CopyButton } from '../../bridge/copy-button.tsx';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Segments } from '../../ui/choice.tsx';
import { CronFields } from '../../ui/cron-fields.tsx';
import { FormDialog, TellDialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Quiet, Row } from '../../ui/page.tsx';
import { cronMeaning, ownTimeZone } from '../../../shared/cron-words.ts';
import styles from './server.module.css';
import { useSources } from './store.ts';

interface AddSourceDialogProps {
  readonly connectionId: string;
  readonly onClose: () => void;
}

interface Draft {
  readonly url: string;
  readonly hostKeySha256: string;
  readonly pattern: string;
  readonly when: 'told' | 'clock';
  readonly cron: string;
  readonly timeZone: string;
}

const EMPTY: Draft = {
  url: '',
  hostKeySha256: '',
  pattern: '',
  when: 'clock',
  cron: '0 5 * * *',
  timeZone: ownTimeZone(),
};
const URL_PROBLEM = 'Such as sftp://exports@sftp.example.com/outbox, without a password.';
const HOST_KEY_PROBLEM = 'As ssh-keygen -l prints it: SHA256: and 43 characters.';

export function AddSourceDialog({ connectionId, onClose }: AddSourceDialogProps) {
  const [draft, setDraft] = useState(EMPTY);
  const [isTried, setTried] = useState(false);
  const [publicKey, setPublicKey] = useState<string>();
  const load = useSources((state) => state.load);
  const add = useAction((input: Input<'sources.add'>) => call('sources.add', input));
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const isUrlGood = /^sftp:\/\/[^@\s/:]+@[^\s]+$/.test(draft.url.trim());
  const isHostKeyGood = /^SHA256:[A-Za-z0-9+/]{43}$/.test(draft.hostKeySha256.trim());

  const submit = async () => {
    setTried(true);
    const { when, cron, timeZone } = draft;
    const isTimeGood = when === 'told' || cronMeaning(cron, timeZone).isValid;
    if (!isUrlGood || !isHostKeyGood || !isTimeGood) return;
    const added = await add.run(inputOf(draft, connectionId));
    if (added === undefined) return;
    setPublicKey(added.publicKey);
    await load();
  };

  if (publicKey !== undefined) return <AuthoriseKey publicKey={publicKey} onClose={onClose} />;
  return (
    <FormDialog
      title="Add a source"
      submitLabel="Add source"
      onClose={onClose}
      onSubmit={() => void submit()}
      isBusy={add.isBusy}
      error={add.error}
      isWide
    >
      <TextField
        label="Address"
        value={draft.url}
        onChange={(url) => set({ url })}
        placeholder="sftp://exports@sftp.example.com/outbox"
        hint="User, host and folder of the SFTP server. /~/outbox begins where the login lands."
        problem={isTried && !isUrlGood ? URL_PROBLEM : undefined}
        isMono
        autoFocus
      />
      <TextField
        label="Host key fingerprint"
        value={draft.hostKeySha256}
        onChange={(hostKeySha256) => set({ hostKeySha256 })}
        placeholder="SHA256:…"
        hint="Ask the owner of the server for it. Another host key is never trusted."
        problem={isTried && !isHostKeyGood ? HOST_KEY_PROBLEM : undefined}
        isMono
      />
      <TextField
        label="Manifests"
        isOptional
        value={draft.pattern}
        onChange={(pattern) => set({ pattern })}
        placeholder="daily-*"
        hint="Which names are fetched: * stands for any text, ? for one character. Empty: all."
        isMono
      />
      <Segments
        label="Fetch"
        value={draft.when}
        options={[
          { value: 'clock', label: 'By the clock' },
          { value: 'told', label: 'Only when told' },
        ]}
        onChange={(when) => set({ when })}
      />
      {draft.when === 'clock' ? (
        <CronFields cron={draft.cron} timeZone={draft.timeZone} onChange={set} />
      ) : null}
    </FormDialog>
  );
}

function inputOf(draft: Draft, connectionId: string): Input<'sources.add'> {
  const pattern = draft.pattern.trim();
  return {
    connectionId,
    url: draft.url.trim(),
    hostKeySha256: draft.hostKeySha256.trim(),
    ...(pattern === '' ? {} : { pattern }),
    ...(draft.when === 'clock' ? { cron: draft.cron.trim(), timeZone: draft.timeZone } : {}),
  };
}

function AuthoriseKey({
  publicKey,
  onClose,
}: {
  readonly publicKey: string;
  readonly onClose: () => void;
}) {
  return (
    <TellDialog title="Authorise the key" onClose={onClose} isWide>
      <p>
        The source is added, with an SSH key made for it alone. Its server must let this key in: add
        the line to authorized_keys there, or give it to whoever runs the server.
      </p>
      <pre className={styles.publicKey} aria-label="Public SSH key of the source">
        {publicKey}
      </pre>
      <Row>
        <CopyButton text={publicKey} label="Copy public key" hasLabel />
      </Row>
      <Quiet>Then press Run now at the source to see whether it works.</Quiet>
    </TellDialog>
  );
}
