/** One of several: as cards that explain themselves, or as segments in one line. */
import type { ReactNode } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import styles from './choice.module.css';

interface ChoiceCardsProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly onChange: (value: string) => void;
  readonly children: ReactNode;
}

/** A radio group of `ChoiceCard`s. */
export function ChoiceCards({ label, value, onChange, children }: ChoiceCardsProps) {
  return (
    <RadioGroup
      aria-label={label}
      // Null, not undefined: the group stays controlled while nothing is chosen.
      value={value ?? null}
      onChange={onChange}
      className={styles.list ?? ''}
    >
      {children}
    </RadioGroup>
  );
}

interface ChoiceCardProps {
  readonly value: string;
  /** The accessible name; the card may show more. */
  readonly name: string;
  readonly isDisabled?: boolean;
  readonly children: ReactNode;
}

export function ChoiceCard({ value, name, isDisabled, children }: ChoiceCardProps) {
  return (
    <Radio
      value={value}
      aria-label={name}
      isDisabled={isDisabled === true}
      className={styles.card ?? ''}
    >
      <span className={styles.dot} aria-hidden />
      <span className={styles.content}>{children}</span>
    </Radio>
  );
}

interface SegmentsProps<V extends string> {
  readonly label: string;
  readonly hideLabel?: boolean;
  readonly value: V;
  readonly options: readonly { readonly value: V; readonly label: string }[];
  readonly onChange: (value: V) => void;
}

export function Segments<V extends string>(props: SegmentsProps<V>) {
  const pick = (value: string) => {
    const option = props.options.find((candidate) => candidate.value === value);
    if (option !== undefined) props.onChange(option.value);
  };
  return (
    <RadioGroup
      className={styles.field ?? ''}
      aria-label={props.label}
      orientation="horizontal"
      value={props.value}
      onChange={pick}
    >
      {props.hideLabel === true ? null : (
        <Label className={styles.label ?? ''}>{props.label}</Label>
      )}
      <div className={styles.segments}>
        {props.options.map((option) => (
          <Radio key={option.value} value={option.value} className={styles.segment ?? ''}>
            {option.label}
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}
