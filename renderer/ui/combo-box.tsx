/** A text field with suggestions in groups; what is not suggested may be typed as well. */
import { ChevronDown } from 'lucide-react';
import {
  ComboBox as AriaComboBox,
  Button,
  Collection,
  Header,
  Input,
  ListBox,
  ListBoxItem,
  ListBoxSection,
  Popover,
} from 'react-aria-components';
import styles from './combo-box.module.css';
import type { SuggestionGroup } from './suggestion.ts';

interface ComboBoxProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly groups: readonly SuggestionGroup[];
  readonly placeholder?: string;
  readonly isInvalid?: boolean;
}

export function ComboBox(props: ComboBoxProps) {
  return (
    <AriaComboBox
      aria-label={props.label}
      className={styles.combo ?? ''}
      inputValue={props.value}
      onInputChange={props.onChange}
      defaultItems={props.groups}
      allowsCustomValue
      menuTrigger="manual"
      isInvalid={props.isInvalid === true}
    >
      <Input placeholder={props.placeholder} spellCheck={false} />
      <Button className={styles.open ?? ''}>
        <ChevronDown size={14} aria-hidden />
      </Button>
      <Popover className={styles.popover ?? ''}>
        <ListBox<SuggestionGroup> className={styles.list ?? ''}>
          {(group) => (
            <ListBoxSection id={group.title}>
              <Header className={styles.header ?? ''}>{group.title}</Header>
              <Collection items={group.items}>
                {(item) => (
                  <ListBoxItem id={item.value} textValue={item.value} className={styles.item ?? ''}>
                    <span>{item.value}</span>
                    {item.note !== undefined ? (
                      <span className={styles.note}>{item.note}</span>
                    ) : null}
                  </ListBoxItem>
                )}
              </Collection>
            </ListBoxSection>
          )}
        </ListBox>
      </Popover>
    </AriaComboBox>
  );
}
