/** A button that opens a list of actions. */
import { Ellipsis } from 'lucide-react';
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { Button } from './button.tsx';
import styles from './menu.module.css';

export interface MenuAction {
  readonly name: string;
  readonly run: () => void;
  readonly isDisabled?: boolean;
}

interface MenuProps {
  /** The accessible name of the button. */
  readonly label: string;
  readonly actions: readonly MenuAction[];
  /** What the button shows: “More” unless it is told otherwise. */
  readonly text?: string;
}

export function Menu({ label, actions, text = 'More' }: MenuProps) {
  return (
    <MenuTrigger>
      <Button size="small" look="secondary" aria-label={label} icon={<Ellipsis size={14} />}>
        {text}
      </Button>
      <Popover className={styles.popover ?? ''} placement="bottom end">
        <AriaMenu className={styles.menu ?? ''} aria-label={label}>
          {actions.map((action) => (
            <MenuItem
              key={action.name}
              className={styles.item ?? ''}
              isDisabled={action.isDisabled === true}
              onAction={action.run}
            >
              {action.name}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
