/** The steps of a journey: where one is, what is done, and a way back to each step already reached. */
import { Check } from 'lucide-react';
import { Button } from 'react-aria-components';
import styles from './stepper.module.css';

interface StepperProps<S extends string> {
  readonly label: string;
  readonly steps: readonly { readonly id: S; readonly name: string }[];
  readonly current: S;
  readonly canEnter: (step: S) => boolean;
  readonly onEnter: (step: S) => void;
}

export function Stepper<S extends string>(props: StepperProps<S>) {
  const at = props.steps.findIndex((step) => step.id === props.current);
  return (
    <nav aria-label={props.label}>
      <ol className={styles.steps}>
        {props.steps.map((step, index) => (
          <li key={step.id}>
            <Button
              className={styles.step ?? ''}
              aria-current={index === at ? 'step' : undefined}
              data-done={index < at ? '' : undefined}
              isDisabled={index !== at && !props.canEnter(step.id)}
              onPress={() => props.onEnter(step.id)}
            >
              <span className={styles.mark} aria-hidden>
                {index < at ? <Check size={12} strokeWidth={3} /> : index + 1}
              </span>
              {step.name}
            </Button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
