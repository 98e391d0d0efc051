/** Tests a connection step by step, and asks about its host key: trust on first use, alarm when it changed. */
import { Check, CircleMinus, PlugZap, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Output } from '../../../shared/contract/api.ts';
import type {
  Connection,
  HostKey,
  PresentedKey,
  ProbeStep,
} from '../../../shared/domain/connection.ts';
import { CopyButton } from '../../bridge/copy-button.tsx';
import { useAction } from '../../bridge/use-action.ts';
import { call, listen } from '../../bridge/window-api.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Row, Stack } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { StartPractice, usePractice } from '../practice/index.ts';
import styles from './connections.module.css';
import { ForgetHostKeyDialog } from './connection-confirmations.tsx';
import { keepConnection, useConnections } from './store.ts';
import { KNOWN_HOSTS_WORDS, STEP_WORDS, hostKeyQuestion, pinnedAt } from './test-words.ts';

type TestResult = Output<'connections.test'>;

export function ConnectionTest({ connection }: { readonly connection: Connection }) {
  const isPracticing = usePractice((state) => state.practice.state === 'running');
  if (!connection.practice || isPracticing) return <RunTest connection={connection} />;
  return (
    <Notice tone="warning" title="The practice server is not running">
      {/* Each start may give the connection another port. */}
      <StartPractice
        label="Start the practice server"
        onRunning={() => void useConnections.getState().load()}
      />
    </Notice>
  );
}

function RunTest({ connection }: { readonly connection: Connection }) {
  const [result, setResult] = useState<TestResult>();
  const { steps, clear } = useSteps(connection.id);
  const test = useAction(() => call('connections.test', { id: connection.id }));
  const run = async () => {
    setResult(undefined);
    clear();
    setResult(await test.run());
  };
  const presented = result?.presented;
  const pinned = presented === undefined ? undefined : pinnedAt(connection, presented);
  const question = hostKeyQuestion(pinned, presented);
  return (
    <Stack>
      <Row>
        <Button icon={<PlugZap size={14} />} isPending={test.isBusy} onPress={() => void run()}>
          {result === undefined ? 'Test connection' : 'Test again'}
        </Button>
        {test.isBusy ? <Working>Trying {connection.host}</Working> : null}
      </Row>
      <Steps steps={result?.steps ?? steps} />
      {question === 'new' && presented !== undefined ? (
        <TrustHostKey connection={connection} presented={presented} onTrusted={() => void run()} />
      ) : null}
      {question === 'changed' && presented !== undefined ? (
        <HostKeyChanged
          connection={connection}
          presented={presented}
          pinned={pinned}
          onForgotten={() => setResult(undefined)}
        />
      ) : null}
      {question === 'none' && result?.error !== undefined ? (
        <ErrorBox error={result.error} />
      ) : null}
      {test.error !== undefined ? <ErrorBox error={test.error} /> : null}
    </Stack>
  );
}

/** The steps of the test under way, as they come. */
function useSteps(id: string) {
  const [steps, setSteps] = useState<readonly ProbeStep[]>([]);
  useEffect(
    () =>
      listen('connections.tested', (told) => {
        if (told.id === id) setSteps((before) => [...before, told.step]);
      }),
    [id],
  );
  return { steps, clear: () => setSteps([]) };
}

function Steps({ steps }: { readonly steps: readonly ProbeStep[] }) {
  if (steps.length === 0) return null;
  return (
    <ol className={styles.steps} aria-label="Steps of the test" aria-live="polite">
      {steps.map((step) => (
        <li key={step.step} className={styles.step} data-state={step.state}>
          <StepIcon state={step.state} />
          <span className={styles.stepName}>{STEP_WORDS[step.step]}</span>
          <span className={styles.detail}>{step.detail}</span>
        </li>
      ))}
    </ol>
  );
}

function StepIcon({ state }: { readonly state: ProbeStep['state'] }) {
  if (state === 'ok') return <Check size={14} role="img" aria-label="Passed" />;
  if (state === 'failed') return <X size={14} role="img" aria-label="Failed" />;
  return <CircleMinus size={14} role="img" aria-label="Skipped" />;
}

interface HostKeyProps {
  readonly connection: Connection;
  readonly presented: PresentedKey;
}

function TrustHostKey(props: HostKeyProps & { readonly onTrusted: () => void }) {
  const { connection, presented, onTrusted } = props;
  const pin = useAction(() =>
    call('connections.pinHostKey', { id: connection.id, sha256: presented.sha256 }),
  );
  const trust = async () => {
    const changed = await pin.run();
    if (changed === undefined) return;
    keepConnection(changed);
    onTrusted();
  };
  const elsewhere = KNOWN_HOSTS_WORDS[presented.knownHosts];
  return (
    <Notice
      tone={presented.knownHosts === 'revoked' ? 'error' : 'warning'}
      title={`First time with ${presented.host}: compare its host key`}
      actions={
        presented.knownHosts === 'revoked' ? undefined : (
          <Button look="primary" isPending={pin.isBusy} onPress={() => void trust()}>
            Trust this host key
          </Button>
        )
      }
    >
      <p>
        Compare this fingerprint with the one that the platform published or told you. It is
        remembered, and any other key is refused from then on.
      </p>
      <HostKeyText hostKey={presented} />
      {elsewhere === undefined ? null : <p>{elsewhere}</p>}
      {pin.error !== undefined ? <ErrorBox error={pin.error} /> : null}
    </Notice>
  );
}

interface HostKeyChangedProps extends HostKeyProps {
  readonly pinned: HostKey | undefined;
  readonly onForgotten: () => void;
}

function HostKeyChanged(props: HostKeyChangedProps) {
  const [isForgetting, setForgetting] = useState(false);
  const { connection, presented, pinned } = props;
  return (
    <Notice
      tone="error"
      title={`The host key of ${presented.host} has changed. Nothing was sent.`}
      actions={<Button onPress={() => setForgetting(true)}>The change was announced to me…</Button>}
    >
      <p>
        Either the server was set up anew, or someone stands between you and it and could read your
        login and files. Ask the platform, by another way than this network, which key is right.
      </p>
      <Facts
        facts={[
          { name: 'Trusted before', value: pinned?.sha256, isMono: true },
          { name: 'Shown now', value: presented.sha256, isMono: true },
        ]}
      />
      {isForgetting ? (
        <ForgetHostKeyDialog
          connection={connection}
          onClose={() => setForgetting(false)}
          onForgotten={props.onForgotten}
        />
      ) : null}
    </Notice>
  );
}

export function HostKeyText({ hostKey }: { readonly hostKey: HostKey }) {
  return (
    <span className={styles.hostKey}>
      <code>{hostKey.sha256}</code>
      <CopyButton text={hostKey.sha256} label="Copy host key fingerprint" />
      <span className={styles.detail}>{hostKey.type}</span>
    </span>
  );
}
