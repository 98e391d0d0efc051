/**
 * A field for a passphrase, a password or a token. The value lives in the input element alone,
 * never in React's state or a store: `takeSecret` reads it and empties the field in one step.
 */
import { Eye, EyeOff } from 'lucide-react';
import type { RefObject } from 'react';
import { useId, useState } from 'react';
import { IconButton } from './button.tsx';
import type { FieldProps } from './field.tsx';
import { FieldFrame, controlProps } from './field.tsx';
import fieldStyles from './field.module.css';
import styles from './secret-field.module.css';

export type SecretRef = RefObject<HTMLInputElement | null>;

interface SecretFieldProps extends FieldProps {
  readonly secretRef: SecretRef;
  /** Called as the user types, without the value: ask `secretRef` for it when it is needed. */
  readonly onInput?: () => void;
  readonly isRequired?: boolean;
  readonly autoFocus?: boolean;
}

export function SecretField(props: SecretFieldProps) {
  const id = useId();
  const [isShown, setShown] = useState(false);
  return (
    <FieldFrame id={id} {...props}>
      <div className={styles.wrap}>
        <input
          {...controlProps(id, props)}
          ref={props.secretRef}
          className={fieldStyles.control}
          type={isShown ? 'text' : 'password'}
          onInput={props.onInput}
          required={props.isRequired}
          autoFocus={props.autoFocus}
          autoComplete="off"
          spellCheck={false}
          maxLength={1024}
        />
        <IconButton
          size="small"
          label={`${isShown ? 'Hide' : 'Show'} ${props.label.toLowerCase()}`}
          icon={isShown ? <EyeOff size={14} /> : <Eye size={14} />}
          onPress={() => setShown(!isShown)}
        />
      </div>
    </FieldFrame>
  );
}

/** The field's value; the field is empty afterwards. */
export function takeSecret(ref: SecretRef): string {
  const input = ref.current;
  if (input === null) return '';
  const value = input.value;
  input.value = '';
  return value;
}
