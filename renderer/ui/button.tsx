/** Buttons: with a label, or with an icon whose name shows as a tooltip. A busy button keeps its place and says so. */
import type { ReactNode } from 'react';
import type { ButtonProps as AriaButtonProps } from 'react-aria-components';
import { Button as AriaButton, Tooltip, TooltipTrigger } from 'react-aria-components';
import styles from './button.module.css';
import { classes } from './classes.ts';
import { Spinner } from './spinner.tsx';

type Look = 'primary' | 'secondary' | 'quiet' | 'danger';

interface ButtonProps extends Omit<AriaButtonProps, 'children' | 'className' | 'style'> {
  readonly look?: Look;
  readonly size?: 'normal' | 'small';
  /** Drawn before the label; decoration only. */
  readonly icon?: ReactNode;
  readonly children: ReactNode;
}

export function Button({
  look = 'secondary',
  size = 'normal',
  icon,
  children,
  ...rest
}: ButtonProps) {
  return (
    <AriaButton
      {...rest}
      className={classes(styles.button, styles[look], size === 'small' && styles.small)}
    >
      {rest.isPending === true ? <Spinner label="At work" /> : icon}
      {children}
    </AriaButton>
  );
}

interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> {
  /** The accessible name, also shown as a tooltip. */
  readonly label: string;
  readonly icon: ReactNode;
}

export function IconButton({
  label,
  icon,
  look = 'quiet',
  size = 'normal',
  ...rest
}: IconButtonProps) {
  return (
    <TooltipTrigger delay={500}>
      <AriaButton
        {...rest}
        aria-label={label}
        className={classes(
          styles.button,
          styles.icon,
          styles[look],
          size === 'small' && styles.small,
        )}
      >
        {rest.isPending === true ? <Spinner label="At work" /> : icon}
      </AriaButton>
      <Tooltip className={styles.tooltip ?? ''} offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}
