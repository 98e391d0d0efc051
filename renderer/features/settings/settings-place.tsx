/** The Settings place. */
import { ExternalLink } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Appearance, SecretsState } from '../../../shared/domain/settings.ts';
import icon from '../../../assets/icon.svg';
import { createResource } from '../../bridge/resource.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Segments } from '../../ui/choice.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Facts } from '../../ui/facts.tsx';
import type { Option } from '../../ui/field.tsx';
import { FieldRow, Select, TextField } from '../../ui/field.tsx';
import { formatDuration } from '../../ui/format.ts';
import { Card, Page, Quiet, Row, Section, Stack } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { PracticePanel } from '../practice/index.ts';
import { ServerPanel } from '../server/index.ts';
import { DeliverySettings } from './delivery-settings.tsx';
import { SecretsAction } from './secrets-action.tsx';
import styles from './settings.module.css';
import { useSettings } from './store.ts';

const APPEARANCES: readonly { value: Appearance; label: string }[] = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

export function SettingsPlace() {
  const load = useSettings((state) => state.load);
  useEffect(() => void load(), [load]);
  return (
    <Page title="Settings">
      <Tabs
        label="Settings"
        tabs={[
          { id: 'general', name: 'General', content: <General /> },
          { id: 'server', name: 'Server', content: <Server /> },
        ]}
      />
    </Page>
  );
}

function General() {
  const { settings, error, change } = useSettings();
  return (
    <div className={styles.column}>
      {error !== undefined ? <ErrorBox error={error} /> : null}
      <Section title="General">
        <Card>
          <Segments
            label="Appearance"
            value={settings.appearance}
            options={APPEARANCES}
            onChange={(appearance) => void change({ appearance })}
          />
          {/* The key takes a saved address into the field once it is read. */}
          <ClientEmail key={settings.clientEmail} saved={settings.clientEmail} />
        </Card>
      </Section>
      <DeliverySettings />
      <Secrets />
      <About />
    </div>
  );
}

function Server() {
  return (
    <div className={styles.column}>
      <PracticePanel />
      <ServerPanel />
    </div>
  );
}

/** Saved when the field is left or Enter is pressed. */
function ClientEmail({ saved }: { readonly saved: string }) {
  const [email, setEmail] = useState(saved);
  const change = useSettings((state) => state.change);
  const save = () => {
    if (email.trim() !== saved) void change({ clientEmail: email.trim() });
  };
  return (
    <form
      className={styles.email}
      onBlur={save}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <TextField
        label="E-mail for manifests"
        type="email"
        value={email}
        onChange={setEmail}
        placeholder="data@example.com"
        hint="New manifests start with it; the platform’s mails about an import go there."
      />
    </form>
  );
}

const PROTECTION: Readonly<
  Record<SecretsState['protection'], { tone: 'success' | 'warning'; text: string }>
> = {
  keychain: { tone: 'success', text: 'Protected' },
  'master-password': { tone: 'success', text: 'Unlocked' },
  locked: { tone: 'warning', text: 'Locked' },
  none: { tone: 'warning', text: 'No keychain' },
};

function protectionText({ protection, keychain }: SecretsState): string {
  switch (protection) {
    case 'keychain':
      return `Private keys lie encrypted in this profile; the key to them and the passphrases are in the system’s ${keychain}. Whoever can use your login on this computer can use them.`;
    case 'master-password':
      return 'Private keys, passphrases and tokens lie encrypted in this profile under your master password, which was given for this run and is written down nowhere.';
    case 'locked':
      return 'Private keys, passphrases and tokens lie encrypted in this profile under your master password.';
    case 'none':
      return `${keychain} does not answer, and no master password is set. Until then no key and no connection can be kept.`;
  }
}

function Secrets() {
  const secrets = useSettings((state) => state.secrets);
  if (secrets === undefined) return null;
  const badge = PROTECTION[secrets.protection];
  return (
    <Section title="Secrets" actions={<Badge tone={badge.tone}>{badge.text}</Badge>}>
      <Card>
        <p>{protectionText(secrets)}</p>
        <SecretsAction />
        <SecretTimes />
      </Card>
    </Section>
  );
}

const LOCK_MINUTES = [1, 5, 15, 30, 60, 240, 0] as const;
const CLIPBOARD_SECONDS = [10, 30, 60, 120, 300, 0] as const;

function lockText(minutes: number): string {
  return minutes === 0 ? 'Never' : `After ${formatDuration(minutes * 60)}`;
}

function clipboardText(seconds: number): string {
  return seconds === 0 ? 'Never' : `After ${formatDuration(seconds)}`;
}

/** How long secrets stay open and values on the clipboard. */
function SecretTimes() {
  const { settings, change } = useSettings();
  const { lockAfterIdleMinutes: minutes, clipboardSeconds: seconds } = settings;
  return (
    <FieldRow>
      <Select
        label="Lock when nobody is at the window"
        value={String(minutes)}
        options={choices(LOCK_MINUTES, minutes, lockText)}
        onChange={(value) => void change({ lockAfterIdleMinutes: Number(value) })}
        hint="Keys and shown values are then forgotten. Work under way is waited for."
      />
      <Select
        label="Clear a copied value from the clipboard"
        value={String(seconds)}
        options={choices(CLIPBOARD_SECONDS, seconds, clipboardText)}
        onChange={(value) => void change({ clipboardSeconds: Number(value) })}
        hint="If it is still there by then."
      />
    </FieldRow>
  );
}

/** The usual choices, and what is set where it is none of them. */
function choices(
  usual: readonly number[],
  current: number,
  words: (value: number) => string,
): readonly Option<string>[] {
  const all = usual.includes(current) ? usual : [current, ...usual];
  return all.map((value) => ({ value: String(value), label: words(value) }));
}

const useAppInfo = createResource(() => call('app.info', {}));

function About() {
  const { value: info, load } = useAppInfo();
  const open = useAction((id: 'openpgp-rfc' | 'licences') => call('app.openLink', { id }));
  useEffect(() => void load(), [load]);
  return (
    <Section title="About">
      <Card>
        <div className={styles.about}>
          <img src={icon} alt="" width={48} height={48} />
          <Stack>
            <div>
              <h3>Sealift {info?.version}</h3>
              <Quiet>Seals files with OpenPGP, lifts them over SFTP, and opens SDS vaults.</Quiet>
            </div>
            <Facts
              facts={[
                { name: 'Electron', value: info?.electron },
                { name: 'System', value: info?.platform },
              ]}
            />
            <Quiet>
              Under the MIT licence. OpenPGP.js, which it uses for keys, is under the LGPL 3; the
              licences of all parts come with the app.
            </Quiet>
            <Row>
              <Button
                size="small"
                icon={<ExternalLink size={14} />}
                onPress={() => void open.run('licences')}
              >
                Licences
              </Button>
              <Button
                size="small"
                icon={<ExternalLink size={14} />}
                onPress={() => void open.run('openpgp-rfc')}
              >
                The OpenPGP standard
              </Button>
            </Row>
            {open.error !== undefined ? <ErrorBox error={open.error} /> : null}
          </Stack>
        </div>
      </Card>
    </Section>
  );
}
