/** Step 4, Key: the key set that the files are sealed to, and the Key ID by which the platform knows it. */
import { Download, Import, Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { KeySet } from '../../../shared/domain/key-set.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ChoiceCard, ChoiceCards } from '../../ui/choice.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Select } from '../../ui/field.tsx';
import { Fingerprint } from '../../ui/fingerprint.tsx';
import { formatDay } from '../../ui/format.ts';
import { Notice } from '../../ui/notice.tsx';
import { Quiet, Row, Stack } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import {
  ImportKeyDialog,
  KeyIdDialog,
  MakeKeyDialog,
  ReceiveKeyDialog,
  USE_WORDS,
  adviceFor,
  ensureKeys,
  isUsable,
  useKeys,
} from '../keys/index.ts';
import styles from './send.module.css';
import { patch, useSend } from './store.ts';

export function KeyStep() {
  const { value: keys, error, load } = useKeys();
  const fingerprint = useSend((state) => state.fingerprint);
  useEffect(ensureKeys, []);
  const chosen = keys?.find((key) => key.fingerprint === fingerprint);
  return (
    <Stack>
      <Quiet>
        Only the platform that holds the private half can open what is sealed to a key set.
      </Quiet>
      {error !== undefined ? (
        <ErrorBox error={error} actions={<Button onPress={() => void load()}>Try again</Button>} />
      ) : null}
      {keys === undefined && error === undefined ? <Working>Reading the keys</Working> : null}
      {keys?.length === 0 ? (
        <Notice tone="info" title="No key sets yet">
          <p>Receive one from the server, import the one you were given, or make your own.</p>
        </Notice>
      ) : null}
      {keys !== undefined && keys.length > 0 ? (
        <ChoiceCards
          label="Key set"
          value={fingerprint}
          onChange={(value) => choose(keys.find((key) => key.fingerprint === value))}
        >
          {keys.map((keySet) => (
            <KeyChoice key={keySet.fingerprint} keySet={keySet} />
          ))}
        </ChoiceCards>
      ) : null}
      {chosen !== undefined && isUsable(chosen) ? <KeyIdChoice keySet={chosen} /> : null}
      <KeyWays />
    </Stack>
  );
}

function choose(keySet: KeySet | undefined): void {
  if (keySet === undefined) return;
  patch({ fingerprint: keySet.fingerprint, keyId: keySet.registrations.at(-1)?.keyId });
}

function KeyChoice({ keySet }: { readonly keySet: KeySet }) {
  const words = USE_WORDS[keySet.use];
  const advice = adviceFor(keySet);
  const expiry =
    keySet.expiresAt === undefined ? 'never expires' : `expires ${formatDay(keySet.expiresAt)}`;
  return (
    <ChoiceCard value={keySet.fingerprint} name={keySet.userId} isDisabled={!isUsable(keySet)}>
      <span className={styles.choiceHead}>
        <strong>{keySet.userId}</strong>
        <Badge tone={words.tone}>{words.text}</Badge>
      </span>
      <Fingerprint value={keySet.fingerprint} />
      <span className={styles.quiet}>
        {keySet.algorithm}, {expiry}
      </span>
      {advice !== undefined ? <span className={styles.quiet}>{advice}</span> : null}
    </ChoiceCard>
  );
}

/** The Key ID under which the destination knows the key set: the only one, one of several, or one to be noted. */
function KeyIdChoice({ keySet }: { readonly keySet: KeySet }) {
  const keyId = useSend((state) => state.keyId);
  const [isNoting, setNoting] = useState(false);
  const { registrations } = keySet;
  const dialog = isNoting ? (
    <KeyIdDialog
      keySet={keySet}
      onClose={() => setNoting(false)}
      onDone={(changed) => {
        setNoting(false);
        choose(changed);
      }}
    />
  ) : null;
  if (registrations.length === 0) {
    return (
      <Notice
        tone="warning"
        title="This key set has no Key ID yet"
        actions={<Button onPress={() => setNoting(true)}>Note Key ID…</Button>}
      >
        <p>
          Share it with the platform and note the Key ID that you are given, or register it with a
          Sealift server under Keys.
        </p>
        {dialog}
      </Notice>
    );
  }
  return (
    <div className={styles.keyId}>
      <Select
        label="Key ID"
        value={keyId ?? ''}
        options={[
          ...(registrations.some((registration) => registration.keyId === keyId)
            ? []
            : [{ value: '', label: 'Choose a Key ID' }]),
          ...registrations.map((registration) => ({
            value: registration.keyId,
            label: `${registration.keyId} (${registration.platform})`,
          })),
        ]}
        onChange={(value) => patch({ keyId: value })}
      />
      <Button size="small" look="quiet" onPress={() => setNoting(true)}>
        Note another…
      </Button>
      {dialog}
    </div>
  );
}

/** The three ways to a key set, without leaving the wizard. */
function KeyWays() {
  const [open, setOpen] = useState<'make' | 'import' | 'receive'>();
  const close = () => setOpen(undefined);
  const take = (keySet: KeySet | undefined) => {
    close();
    choose(keySet);
  };
  return (
    <Row>
      <Button icon={<Download size={14} />} onPress={() => setOpen('receive')}>
        Receive one…
      </Button>
      <Button icon={<Import size={14} />} onPress={() => setOpen('import')}>
        Import one…
      </Button>
      <Button icon={<Plus size={14} />} onPress={() => setOpen('make')}>
        Make one…
      </Button>
      {open === 'make' ? <MakeKeyDialog onClose={close} onDone={take} /> : null}
      {open === 'import' ? (
        <ImportKeyDialog onClose={close} onDone={(keySets) => take(keySets[0])} />
      ) : null}
      {open === 'receive' ? <ReceiveKeyDialog onClose={close} onDone={take} /> : null}
    </Row>
  );
}
