/** Going on without the files that cannot go: leaving them out in one step, and what was left out. */
import { useAction } from '../../bridge/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { formatCount } from '../../ui/format.ts';
import { Notice } from '../../ui/notice.tsx';
import { runChecks } from './checks.ts';
import { leaveOut, putBack } from './files.ts';
import styles from './send.module.css';
import { useSend } from './store.ts';
import type { WizardStep } from './wizard.ts';
import { faultyFiles } from './wizard.ts';

/** Offered while some files could go on and some could not. */
export function LeaveOutFaulty({ step }: { readonly step: WizardStep }) {
  const wizard = useSend();
  const faults = faultyFiles(step, wizard);
  const good = wizard.files.length - faults.length;
  if (faults.length === 0 || good === 0) return null;
  const them = faults.length === 1 ? 'it' : 'them';
  return (
    <Notice
      tone="warning"
      title={`${formatCount(faults.length, 'file')} cannot be sent as ${faults.length === 1 ? 'it is' : 'they are'}`}
      actions={
        <Button onPress={() => leaveOut(faults)}>
          {`Leave ${them} out and go on with ${formatCount(good, 'file')}`}
        </Button>
      }
    >
      <p>
        Mend {them}, or go on without {them}: what is left out can be put back.
      </p>
    </Notice>
  );
}

/** Nothing that was left out is forgotten. */
export function LeftOut({ isFinal }: { readonly isFinal?: boolean }) {
  const leftOut = useSend((state) => state.leftOut);
  const back = useAction(() =>
    putBackAndCheck().then(() => ({ ok: true as const, value: undefined })),
  );
  if (leftOut.length === 0) return null;
  return (
    <Notice
      tone="info"
      title={`${formatCount(leftOut.length, 'file')} left out: not sent`}
      actions={
        isFinal === true ? undefined : (
          <Button size="small" isPending={back.isBusy} onPress={() => void back.run()}>
            Put back
          </Button>
        )
      }
    >
      <ul className={styles.leftOut} aria-label="Files left out">
        {leftOut.map(({ ref, why }) => (
          <li key={ref.handle}>
            {ref.name}: {why}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

/** Where the others were checked already, so are these. */
async function putBackAndCheck(): Promise<void> {
  await putBack();
  const { step } = useSend.getState();
  if (step !== 'files' && step !== 'map') await runChecks();
}
