/** The Send place: the start, the wizard, or what became of the files. Leaving it drops every row value. */
import { Send } from 'lucide-react';
import type { ReactElement } from 'react';
import { useEffect } from 'react';
import { useHandover } from '../../bridge/handover.ts';
import { useAction } from '../../bridge/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { ensureConnections, useConnections } from '../connections/index.ts';
import { ensureKeys } from '../keys/index.ts';
import { usePractice } from '../practice/index.ts';
import { useSettings } from '../settings/index.ts';
import { CheckStep } from './check-step.tsx';
import { cancelChecks, followChecks, runChecks } from './checks.ts';
import { prepareManifests, startDelivery } from './deliver.ts';
import { DestinationStep } from './destination-step.tsx';
import { FilesStep } from './files-step.tsx';
import { followSaves } from './failing-rows.ts';
import { lookAgain } from './files.ts';
import { KeyStep } from './key-step.tsx';
import { MapStep } from './map-step.tsx';
import { beginMending } from './mending.ts';
import { ReviewStep } from './review-step.tsx';
import { SendingView } from './sending-view.tsx';
import { StartView } from './start-view.tsx';
import { leaveRows, patch, useSend } from './store.ts';
import { useSurroundings } from './use-surroundings.ts';
import { WizardFrame } from './wizard-frame.tsx';
import type { WizardStep } from './wizard.ts';
import { firstBlocked } from './wizard.ts';

const STEP_VIEWS: Readonly<Record<WizardStep, () => ReactElement>> = {
  files: FilesStep,
  map: MapStep,
  check: CheckStep,
  key: KeyStep,
  destination: DestinationStep,
  review: ReviewStep,
};

export function SendPlace() {
  const phase = useSend((state) => state.phase);
  const step = useSend((state) => state.step);
  const isEmpty = useSend((state) => state.files.length + state.leftOut.length === 0);
  useSettingsEmail();
  usePracticeConnection();
  useHandedFile();
  if (phase === 'sending') return <SendingView />;
  if (isEmpty) return <StartView />;
  return <WizardView step={step} />;
}

function WizardView({ step }: { readonly step: WizardStep }) {
  useEffect(() => {
    ensureKeys();
    ensureConnections();
    const ends = [followChecks(), followSaves()];
    void resume();
    return () => {
      ends.forEach((end) => end());
      cancelChecks();
      leaveRows();
    };
  }, []);
  const View = STEP_VIEWS[step];
  return (
    <WizardFrame {...(step === 'review' ? { finish: <SendButton /> } : {})}>
      <View />
    </WizardFrame>
  );
}

/** Coming back: the rows are read again, and checked again where the user had come that far. */
async function resume(): Promise<void> {
  await lookAgain();
  const { step } = useSend.getState();
  if (step !== 'files' && step !== 'map') await runChecks();
  if (step === 'review') await prepareManifests();
}

function SendButton() {
  const wizard = useSend();
  const blocked = firstBlocked(wizard, useSurroundings());
  const start = useAction(() => startDelivery().then(() => ({ ok: true, value: undefined })));
  const count = wizard.files.length;
  return (
    <Button
      look="primary"
      icon={<Send size={14} />}
      isDisabled={blocked !== undefined}
      isPending={start.isBusy}
      onPress={() => void start.run()}
    >
      {count === 1 ? 'Seal and send' : `Seal and send ${count} files`}
    </Button>
  );
}

/** Failed rows that another place handed over to be mended. */
function useHandedFile(): void {
  const { file, taken } = useHandover();
  useEffect(() => {
    if (file === undefined) return;
    taken();
    void beginMending(file);
  }, [file, taken]);
}

/** New manifests start with the address from the settings. */
function useSettingsEmail(): void {
  const saved = useSettings((state) => state.settings.clientEmail);
  useEffect(() => {
    if (saved !== '' && useSend.getState().clientEmail === '') patch({ clientEmail: saved });
  }, [saved]);
}

/** Each start of the practice server may give its connection another port. */
function usePracticeConnection(): void {
  const isRunning = usePractice((state) => state.practice.state === 'running');
  useEffect(() => {
    if (isRunning) void useConnections.getState().load();
  }, [isRunning]);
}
