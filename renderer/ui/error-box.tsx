/** The one way in which an error is shown: what happened, the next step, and a button where there is one to press. */
import type { ReactNode } from 'react';
import { createContext, useContext } from 'react';
import type { ErrorView } from '../../shared/errors/index.ts';
import { errorNext, errorText } from '../../shared/errors/index.ts';
import { Notice } from './notice.tsx';
import styles from './notice.module.css';

/** The app's answer to an error: the button that leads to where it can be mended, or nothing. */
export const ErrorRemedy = createContext<(error: ErrorView) => ReactNode>(() => null);

interface ErrorBoxProps {
  readonly error: ErrorView;
  /** Buttons that belong to the place where the error is shown, such as “Try again”. */
  readonly actions?: ReactNode;
}

export function ErrorBox({ error, actions }: ErrorBoxProps) {
  const remedy = useContext(ErrorRemedy)(error);
  const hasActions = (actions !== undefined && actions !== null) || remedy !== null;
  return (
    <Notice
      tone="error"
      title={errorText(error)}
      actions={
        hasActions ? (
          <>
            {actions}
            {remedy}
          </>
        ) : undefined
      }
    >
      <p className={styles.next}>{errorNext(error)}</p>
    </Notice>
  );
}
