/** The frame of every step: the stepper above, what is missing and the way on below. */
import type { ReactNode } from 'react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { Stepper } from '../../ui/stepper.tsx';
import { cancelChecks } from './checks.ts';
import styles from './send.module.css';
import { patch, resetWizard, useSend } from './store.ts';
import { useSurroundings } from './use-surroundings.ts';
import { WIZARD_STEPS, blockerOf, canEnter, stepBeside } from './wizard.ts';

interface WizardFrameProps {
  readonly children: ReactNode;
  /** In place of “Next” on the last step. */
  readonly finish?: ReactNode;
}

export function WizardFrame({ children, finish }: WizardFrameProps) {
  const wizard = useSend();
  const surroundings = useSurroundings();
  const heading = useRef<HTMLHeadingElement>(null);
  const { step } = wizard;
  const blocker = blockerOf(step, wizard, surroundings);
  const next = stepBeside(step, 1);
  const back = stepBeside(step, -1);
  const name = WIZARD_STEPS.find((candidate) => candidate.id === step)?.name ?? '';
  // A new step begins at its heading, for the eye and for the screen reader.
  useEffect(() => heading.current?.focus(), [step]);
  return (
    <div className={styles.frame}>
      <header className={styles.frameHead}>
        <h1 ref={heading} tabIndex={-1} className="visually-hidden">
          {name}
        </h1>
        <Stepper
          label="Steps of sending"
          steps={WIZARD_STEPS}
          current={step}
          canEnter={(candidate) => canEnter(candidate, wizard, surroundings)}
          onEnter={(candidate) => patch({ step: candidate })}
        />
      </header>
      <div className={styles.frameBody} key={step}>
        {children}
      </div>
      <footer className={styles.frameFoot}>
        <StartOver />
        <p className={styles.blocker} role="status">
          {blocker}
        </p>
        {back !== undefined ? <Button onPress={() => patch({ step: back })}>Back</Button> : null}
        {finish ??
          (next !== undefined ? (
            <Button
              look="primary"
              isDisabled={blocker !== undefined}
              onPress={() => patch({ step: next })}
            >
              Next
            </Button>
          ) : null)}
      </footer>
    </div>
  );
}

function StartOver() {
  const [isAsking, setAsking] = useState(false);
  const confirm = () => {
    cancelChecks();
    resetWizard();
  };
  return (
    <>
      <Button look="quiet" onPress={() => setAsking(true)}>
        Start over…
      </Button>
      {isAsking ? (
        <ConfirmDialog
          title="Start over"
          confirmLabel="Start over"
          onClose={() => setAsking(false)}
          onConfirm={confirm}
        >
          <p>
            The files are taken out of the wizard and their mapping is forgotten. Nothing was sent.
          </p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}
