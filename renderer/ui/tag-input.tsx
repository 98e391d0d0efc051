/** Tags of key and value: written in two fields, shown as a list of which each can be taken out. */
import { Plus, X } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { useId, useState } from 'react';
import { Button, IconButton } from './button.tsx';
import { TextField } from './field.tsx';
import styles from './tag-input.module.css';

export interface Tag {
  readonly key: string;
  /** Undefined: any value, where that is allowed. */
  readonly value?: string | undefined;
}

interface TagInputProps {
  readonly label: string;
  readonly tags: readonly Tag[];
  readonly onChange: (tags: readonly Tag[]) => void;
  readonly max: number;
  /** For a search: a key without a value means that the key is there. */
  readonly allowsAnyValue?: boolean;
}

const MAX_KEY = 128;
const MAX_VALUE = 256;

export function TagInput({ label, tags, onChange, max, allowsAnyValue }: TagInputProps) {
  const [key, setKey] = useState('');
  const [value, setValue] = useState('');
  const title = useId();
  const problem = tagProblem(key, value, tags, max);
  const add = () => {
    if (key === '' || problem !== undefined) return;
    const isAny = allowsAnyValue === true && value === '';
    onChange([...tags, { key, ...(isAny ? {} : { value }) }]);
    setKey('');
    setValue('');
  };
  const addOnEnter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || key === '') return;
    // The form around it is not meant.
    event.preventDefault();
    add();
  };
  return (
    <div className={styles.tags} role="group" aria-labelledby={title}>
      <span id={title} className={styles.label}>
        {label}
      </span>
      <div className={styles.entry} onKeyDown={addOnEnter}>
        <TextField label="Tag key" hideLabel placeholder="Key" value={key} onChange={setKey} />
        <TextField
          label="Tag value"
          hideLabel
          placeholder={allowsAnyValue === true ? 'Value (empty: any)' : 'Value (may be empty)'}
          value={value}
          onChange={setValue}
        />
        <Button
          icon={<Plus size={14} />}
          onPress={add}
          isDisabled={key === '' || problem !== undefined}
        >
          Add tag
        </Button>
      </div>
      {problem !== undefined ? <p className={styles.problem}>{problem}</p> : null}
      {tags.length > 0 ? (
        <ul className={styles.list} aria-label={`${label}: added`}>
          {tags.map((tag) => (
            <li key={tag.key} className={styles.tag}>
              <TagText tag={tag} />
              <IconButton
                size="small"
                label={`Take out ${tag.key}`}
                icon={<X size={12} />}
                onPress={() => onChange(tags.filter((other) => other.key !== tag.key))}
              />
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

/** Tags to read. */
export function TagList({
  label,
  tags,
}: {
  readonly label: string;
  readonly tags: readonly Tag[];
}) {
  return (
    <ul className={styles.list} aria-label={label}>
      {tags.map((tag) => (
        <li key={tag.key} className={styles.tag} data-plain="">
          <TagText tag={tag} />
        </li>
      ))}
    </ul>
  );
}

function TagText({ tag }: { readonly tag: Tag }) {
  const value = tag.value === undefined ? 'any value' : tag.value === '' ? '(empty)' : tag.value;
  return (
    <span className={styles.text}>
      <span className={styles.key}>{tag.key}</span> {value}
    </span>
  );
}

function tagProblem(
  key: string,
  value: string,
  tags: readonly Tag[],
  max: number,
): string | undefined {
  if (key === '') return undefined;
  if (tags.some((tag) => tag.key === key)) return `The tag ${key} is there already.`;
  if (tags.length >= max) return `No more than ${max} tags.`;
  if (key.length > MAX_KEY) return `A key has at most ${MAX_KEY} characters.`;
  if (value.length > MAX_VALUE) return `A value has at most ${MAX_VALUE} characters.`;
  return undefined;
}
