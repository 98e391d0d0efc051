/** Form fields over the native controls: label, hint and problem tied together for screen readers. */
import type { ChangeEvent, ReactNode } from 'react';
import { useId } from 'react';
import { classes } from './classes.ts';
import styles from './field.module.css';

export interface FieldProps {
  readonly label: string;
  /** Keeps the label for screen readers only, as in a table cell. */
  readonly hideLabel?: boolean;
  readonly hint?: ReactNode;
  readonly problem?: string | undefined;
  readonly isOptional?: boolean;
}

interface FrameProps extends FieldProps {
  readonly id: string;
  readonly children: ReactNode;
}

/** Label above, hint or problem below; the control's `aria-describedby` is `${id}-note`. */
export function FieldFrame({
  id,
  label,
  hideLabel,
  hint,
  problem,
  isOptional,
  children,
}: FrameProps) {
  return (
    <div className={styles.field}>
      {hideLabel === true ? null : (
        <label className={styles.label} htmlFor={id}>
          {label}
          {isOptional === true ? <span className={styles.optional}> (optional)</span> : null}
        </label>
      )}
      {children}
      {problem !== undefined ? (
        <p id={`${id}-note`} className={styles.problem}>
          {problem}
        </p>
      ) : hint !== undefined ? (
        <div id={`${id}-note`} className={styles.hint}>
          {hint}
        </div>
      ) : null}
    </div>
  );
}

/** What ties a control to its frame. */
export function controlProps(id: string, props: FieldProps) {
  return {
    id,
    'aria-label': props.hideLabel === true ? props.label : undefined,
    'aria-describedby':
      props.problem !== undefined || props.hint !== undefined ? `${id}-note` : undefined,
    'aria-invalid': props.problem !== undefined,
  };
}

interface TextFieldProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: 'text' | 'email' | 'url' | 'search' | 'number';
  readonly placeholder?: string;
  readonly isMono?: boolean;
  readonly isRequired?: boolean;
  readonly isDisabled?: boolean;
  readonly autoFocus?: boolean;
  readonly min?: number;
  readonly max?: number;
}

export function TextField(props: TextFieldProps) {
  const id = useId();
  return (
    <FieldFrame id={id} {...props}>
      <input
        {...controlProps(id, props)}
        className={classes(styles.control, props.isMono === true && styles.mono)}
        type={props.type ?? 'text'}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        placeholder={props.placeholder}
        required={props.isRequired}
        disabled={props.isDisabled}
        // Focus moves here only when the field's dialog or step opens.
        autoFocus={props.autoFocus}
        min={props.min}
        max={props.max}
        spellCheck={false}
        autoComplete="off"
      />
    </FieldFrame>
  );
}

interface TextAreaProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly rows: number;
  readonly placeholder?: string;
}

/** Several lines of monospace text, such as an armored key. */
export function TextArea(props: TextAreaProps) {
  const id = useId();
  return (
    <FieldFrame id={id} {...props}>
      <textarea
        {...controlProps(id, props)}
        className={classes(styles.control, styles.mono)}
        rows={props.rows}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        placeholder={props.placeholder}
        spellCheck={false}
        autoComplete="off"
      />
    </FieldFrame>
  );
}

export interface Option<V extends string> {
  readonly value: V;
  readonly label: string;
}

interface SelectProps<V extends string> extends FieldProps {
  readonly value: V;
  readonly options: readonly Option<V>[];
  readonly onChange: (value: V) => void;
  readonly isCompact?: boolean;
  readonly isDisabled?: boolean;
}

export function Select<V extends string>(props: SelectProps<V>) {
  const id = useId();
  const pick = (event: ChangeEvent<HTMLSelectElement>) => {
    const option = props.options.find((candidate) => candidate.value === event.target.value);
    if (option !== undefined) props.onChange(option.value);
  };
  return (
    <FieldFrame id={id} {...props}>
      <select
        {...controlProps(id, props)}
        className={classes(styles.control, props.isCompact === true && styles.compact)}
        value={props.value}
        onChange={pick}
        disabled={props.isDisabled}
      >
        {props.options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </FieldFrame>
  );
}

interface CheckboxProps {
  readonly isSelected: boolean;
  readonly onChange: (isSelected: boolean) => void;
  readonly children: ReactNode;
}

export function Checkbox({ isSelected, onChange, children }: CheckboxProps) {
  return (
    <label className={styles.check}>
      <input
        type="checkbox"
        checked={isSelected}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{children}</span>
    </label>
  );
}

/** Fields side by side, as wide as each other. */
export function FieldRow({ children }: { readonly children: ReactNode }) {
  return <div className={styles.row}>{children}</div>;
}
