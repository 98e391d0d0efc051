/** One key set: what it is, whether it can be used, under which Key IDs platforms know it, and what can be done with it. */
import { useState } from 'react';
import type { KeySet } from '../../../shared/domain/key-set.ts';
import { CopyButton } from '../../bridge/copy-button.tsx';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Fingerprint } from '../../ui/fingerprint.tsx';
import { formatDay } from '../../ui/format.ts';
import { Menu } from '../../ui/menu.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Card, Quiet, Row } from '../../ui/page.tsx';
import styles from './keys.module.css';
import { ExportPrivateDialog, RemoveKeyDialog } from './key-confirmations.tsx';
import { HandOverDialog } from './hand-over-dialog.tsx';
import { KeyIdDialog } from './key-id-dialog.tsx';
import { USE_WORDS, adviceFor, shortName } from './key-words.ts';
import { RegisterKeyDialog } from './register-key-dialog.tsx';

type Open = 'private' | 'remove' | 'key-id' | 'register' | 'hand-over' | undefined;

export function KeyCard({ keySet }: { readonly keySet: KeySet }) {
  const [open, setOpen] = useState<Open>();
  const { fingerprint } = keySet;
  const name = shortName(keySet.userId);
  const save = useAction((what: 'keys.exportPublic' | 'keys.exportRevocation') =>
    call(what, { fingerprint }),
  );
  const close = () => setOpen(undefined);
  const words = USE_WORDS[keySet.use];
  const advice = adviceFor(keySet);
  return (
    <Card label={`Key set ${name}`}>
      <div className={styles.head}>
        <h3>{keySet.userId}</h3>
        <Badge tone={words.tone}>{words.text}</Badge>
        <Badge tone="neutral">{keySet.hasPrivateKey ? 'Public and private' : 'Public only'}</Badge>
      </div>
      <KeyFacts keySet={keySet} />
      {advice !== undefined ? (
        <Notice tone={words.tone}>
          <p>{advice}</p>
        </Notice>
      ) : null}
      {save.error !== undefined ? <ErrorBox error={save.error} /> : null}
      <Row>
        <Button
          size="small"
          isPending={save.isBusy}
          onPress={() => void save.run('keys.exportPublic')}
        >
          Export public key…
        </Button>
        <Button size="small" onPress={() => setOpen('key-id')}>
          Note Key ID…
        </Button>
        <Menu
          label={`More for ${name}`}
          actions={[
            {
              name: 'Register with a Sealift server…',
              run: () => setOpen('register'),
              isDisabled: !keySet.hasPrivateKey,
            },
            {
              name: 'Hand over to a platform…',
              run: () => setOpen('hand-over'),
              isDisabled: !keySet.hasPrivateKey,
            },
            {
              name: 'Save revocation certificate…',
              run: () => void save.run('keys.exportRevocation'),
              isDisabled: !keySet.hasPrivateKey,
            },
            {
              name: 'Export private key…',
              run: () => setOpen('private'),
              isDisabled: !keySet.hasPrivateKey,
            },
            { name: 'Remove…', run: () => setOpen('remove') },
          ]}
        />
        {save.isBusy ? <Quiet>Choose where to save it.</Quiet> : null}
      </Row>
      {open === 'private' ? <ExportPrivateDialog keySet={keySet} onClose={close} /> : null}
      {open === 'remove' ? <RemoveKeyDialog keySet={keySet} onClose={close} /> : null}
      {open === 'register' ? <RegisterKeyDialog keySet={keySet} onClose={close} /> : null}
      {open === 'hand-over' ? (
        <HandOverDialog keySet={keySet} onClose={close} onNoteKeyId={() => setOpen('key-id')} />
      ) : null}
      {open === 'key-id' ? <KeyIdDialog keySet={keySet} onClose={close} onDone={close} /> : null}
    </Card>
  );
}

function KeyFacts({ keySet }: { readonly keySet: KeySet }) {
  return (
    <Facts
      facts={[
        {
          name: 'Fingerprint',
          value: (
            <span className={styles.copyable}>
              <Fingerprint value={keySet.fingerprint} />
              <CopyButton text={keySet.fingerprint} label="Copy fingerprint" />
            </span>
          ),
        },
        { name: 'Algorithm', value: keySet.algorithm },
        { name: 'Made', value: formatDay(keySet.createdAt) },
        {
          name: 'Expires',
          value: keySet.expiresAt === undefined ? 'Never' : formatDay(keySet.expiresAt),
        },
        {
          name: 'Key IDs',
          value:
            keySet.registrations.length === 0 ? (
              'None yet: register it, or note the one that the platform gave'
            ) : (
              <ul>
                {keySet.registrations.map((registration) => (
                  <li key={registration.keyId} className={styles.copyable}>
                    <code>{registration.keyId}</code>
                    <CopyButton text={registration.keyId} label="Copy Key ID" />
                    <span className={styles.platform}>{registration.platform}</span>
                  </li>
                ))}
              </ul>
            ),
        },
      ]}
    />
  );
}
