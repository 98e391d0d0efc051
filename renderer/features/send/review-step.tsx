/** Step 6, Review: what will arrive, the manifest as text, and the same journey by other hands. */
import { useEffect, useState } from 'react';
import { CopyButton } from '../../bridge/copy-button.tsx';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Select } from '../../ui/field.tsx';
import { Fingerprint } from '../../ui/fingerprint.tsx';
import { formatBytes, formatCount, formatNumber } from '../../ui/format.ts';
import { Notice } from '../../ui/notice.tsx';
import { Quiet, Row, Section, Stack } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { Working } from '../../ui/spinner.tsx';
import { addressOf } from '../connections/index.ts';
import { runChecks } from './checks.ts';
import { conversionOf } from './conversion.ts';
import { prepareManifests, validateManifest } from './deliver.ts';
import { LeftOut } from './left-out.tsx';
import { ManifestEditor } from './manifest-editor.tsx';
import styles from './send.module.css';
import { patch, useSend } from './store.ts';
import { useSurroundings } from './use-surroundings.ts';
import type { ManifestDraft, SendFile } from './wizard.ts';
import { firstBlocked } from './wizard.ts';

/** Validation waits for a pause in typing. */
const VALIDATION_DELAY_MS = 250;

export function ReviewStep() {
  useEffect(() => void runChecks().then(prepareManifests), []);
  return (
    <Stack>
      <Blocked />
      <LeftOut />
      <Arrivals />
      <Where />
      <Manifests />
    </Stack>
  );
}

/** What an earlier step found since the user passed it, with the way back to it. */
function Blocked() {
  const wizard = useSend();
  const blocked = firstBlocked(wizard, useSurroundings());
  if (blocked === undefined || blocked.step === 'review') return null;
  const { step, why } = blocked;
  return (
    <Notice
      tone="warning"
      title={why}
      actions={<Button onPress={() => patch({ step })}>Go there</Button>}
    />
  );
}

function Arrivals() {
  const { files, checks, manifests } = useSend();
  return (
    <Section title="What will arrive">
      <Table
        label="What will arrive"
        columns={[
          { name: 'Sealed file' },
          { name: 'Manifest, sent after it' },
          { name: 'Rows', isNumeric: true, width: '96px' },
          { name: 'Size before sealing', isNumeric: true, width: '140px' },
        ]}
      >
        {files.map(({ ref, facts, convert }) => {
          const plan = manifests[ref.handle]?.plan;
          const check = checks[ref.handle];
          return (
            <tr key={ref.handle}>
              <td className={styles.wrapAnywhere}>
                {plan?.dataName ?? `${ref.name}.asc`}
                <Converted facts={facts} convert={convert} />
                {plan !== undefined && plan.expectedParts > 1 ? (
                  <span className={styles.note}>
                    In about {formatCount(plan.expectedParts, 'part')}, each with its manifest:{' '}
                    {plan.firstPartName} and so on. How many is known when it is sealed.
                  </span>
                ) : null}
              </td>
              <td className={styles.wrapAnywhere}>{plan?.manifestName ?? ''}</td>
              <td data-numeric="">
                {formatNumber(check?.state === 'done' ? check.report.rows : (facts?.rows ?? 0))}
              </td>
              <td data-numeric="">{formatBytes(ref.sizeBytes)}</td>
            </tr>
          );
        })}
      </Table>
    </Section>
  );
}

/** What arrives is not the file as it lies on the disk. */
function Converted({ facts, convert }: Pick<SendFile, 'facts' | 'convert'>) {
  const conversion = facts && conversionOf(facts);
  if (conversion === undefined || convert !== true) return null;
  return <p className={styles.quiet}>{conversion.outcome}</p>;
}

function Where() {
  const { fingerprint, keyId, connectionId } = useSend();
  const { keys, connections } = useSurroundings();
  const keySet = keys.find((key) => key.fingerprint === fingerprint);
  const connection = connections.find((candidate) => candidate.id === connectionId);
  return (
    <Facts
      facts={[
        {
          name: 'To',
          value:
            connection === undefined ? undefined : `${connection.name}, ${addressOf(connection)}`,
        },
        { name: 'Sealed to', value: keySet?.userId },
        {
          name: 'Fingerprint',
          value: fingerprint === undefined ? undefined : <Fingerprint value={fingerprint} />,
        },
        { name: 'Key ID', value: keyId, isMono: true },
      ]}
    />
  );
}

function Manifests() {
  const files = useSend((state) => state.files);
  const [chosen, setChosen] = useState(files[0]?.ref.handle ?? '');
  const draft = useSend((state) => state.manifests[chosen]);
  return (
    <>
      <Section title="Manifest">
        {files.length > 1 ? (
          <Select
            label="Manifest of"
            value={chosen}
            options={files.map(({ ref }) => ({ value: ref.handle, label: ref.name }))}
            onChange={setChosen}
          />
        ) : null}
        {draft === undefined ? (
          <Working>Writing the manifest</Working>
        ) : (
          // Another file brings a text of its own into the editor.
          <EditedManifest key={chosen} handle={chosen} draft={draft} />
        )}
      </Section>
      {draft?.plan !== undefined ? <ByHand plan={draft.plan} /> : null}
    </>
  );
}

interface EditedManifestProps {
  readonly handle: string;
  readonly draft: ManifestDraft;
}

/** What is typed is kept here until typing pauses, then validated and taken over. */
function EditedManifest({ handle, draft }: EditedManifestProps) {
  const [typed, setTyped] = useState<string>();
  useEffect(() => {
    if (typed === undefined) return undefined;
    const timer = setTimeout(() => {
      setTyped(undefined);
      void validateManifest(handle, typed);
    }, VALIDATION_DELAY_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [handle, typed]);
  const change = (text: string) => {
    setTyped(text);
    // Until it is validated, the text on screen is not the one that a plan stands for.
    useSend.setState(({ manifests }) => ({
      manifests: { ...manifests, [handle]: { text, problems: draft.problems } },
    }));
  };
  return (
    <>
      <ManifestEditor text={typed ?? draft.text} problems={draft.problems} onChange={change} />
      {draft.error !== undefined ? <ErrorBox error={draft.error} /> : null}
      {draft.plan !== undefined ? <ExportYaml plan={draft.plan} /> : null}
    </>
  );
}

/** For those who keep their manifests as YAML; what is sent is the JSON above. */
function ExportYaml({ plan }: { readonly plan: NonNullable<ManifestDraft['plan']> }) {
  const [savedAs, setSavedAs] = useState<string>();
  const save = useAction(() =>
    call('manifest.exportYaml', { text: plan.manifestText, suggestedName: plan.manifestName }),
  );
  const run = async () => {
    const saved = await save.run();
    if (saved !== undefined && saved.savedAs !== null) setSavedAs(saved.savedAs);
  };
  return (
    <>
      <Row>
        <Button size="small" isPending={save.isBusy} onPress={() => void run()}>
          Export as YAML…
        </Button>
        {savedAs !== undefined ? <Quiet>Saved as {savedAs}.</Quiet> : null}
      </Row>
      {save.error !== undefined ? <ErrorBox error={save.error} /> : null}
    </>
  );
}

function ByHand({ plan }: { readonly plan: NonNullable<ManifestDraft['plan']> }) {
  if (plan.commands.length === 0) return null;
  return (
    <details>
      <summary className={styles.summary}>
        The same by hand: {formatCount(plan.commands.length, 'command')}
      </summary>
      <ul className={styles.commands}>
        {plan.commands.map((command, index) => (
          <li key={index} className={styles.command}>
            <pre aria-label={`${command.tool} command`}>{command.line}</pre>
            <CopyButton text={command.line} label={`Copy ${command.tool} command`} />
          </li>
        ))}
      </ul>
    </details>
  );
}
