/** Modal dialogs: a frame with title, body and footer; a form in it; and a question with one consequence. */
import type { FormEvent, ReactNode } from 'react';
import { useState } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { ErrorView } from '../../shared/errors/index.ts';
import { Button } from './button.tsx';
import { classes } from './classes.ts';
import styles from './dialog.module.css';
import { ErrorBox } from './error-box.tsx';
import { TextField } from './field.tsx';
import { Notice } from './notice.tsx';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly isWide?: boolean;
  /** Refuses Escape while work runs that cannot be left half done. */
  readonly isBusy?: boolean;
}

/** Shown as long as it is mounted: a closed dialog keeps no state and no secret. */
function Dialog({ title, onClose, children, isWide, isBusy }: DialogProps) {
  return (
    <ModalOverlay
      isOpen
      onOpenChange={(isOpen) => {
        if (!isOpen && isBusy !== true) onClose();
      }}
      isKeyboardDismissDisabled={isBusy === true}
      className={styles.scrim ?? ''}
    >
      <Modal className={classes(styles.modal, isWide === true ? styles.wide : styles.normal)}>
        <AriaDialog className={styles.dialog ?? ''}>
          <div className={styles.head}>
            <Heading slot="title" level={1}>
              {title}
            </Heading>
          </div>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

function DialogBody({ children }: { readonly children: ReactNode }) {
  return <div className={styles.body}>{children}</div>;
}

/** Between body and foot, where it is in sight however far the body is scrolled. */
function DialogProblem({ missing, error }: Pick<ProblemProps, 'missing' | 'error'>) {
  if (missing === undefined && error === undefined) return null;
  return (
    <div className={styles.problem}>
      {missing === undefined ? null : <Notice tone="error" title={missing} />}
      {error === undefined ? null : <ErrorBox error={error} />}
    </div>
  );
}

interface ProblemProps {
  /** The sentence that says what is missing before the dialog can do its work. */
  readonly missing?: string | undefined;
  readonly error?: ErrorView | undefined;
}

function DialogFoot({ children }: { readonly children: ReactNode }) {
  return <div className={styles.foot}>{children}</div>;
}

interface FormDialogProps extends DialogProps, ProblemProps {
  readonly submitLabel: string;
  readonly onSubmit: () => void;
  readonly canSubmit?: boolean;
}

/** A dialog that is one form: Enter submits, the error stands above the buttons. */
export function FormDialog(props: FormDialogProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.onSubmit();
  };
  return (
    <Dialog {...props}>
      <form className={styles.form} onSubmit={submit}>
        <DialogBody>{props.children}</DialogBody>
        <DialogProblem missing={props.missing} error={props.error} />
        <DialogFoot>
          <Button onPress={props.onClose} isDisabled={props.isBusy === true}>
            Cancel
          </Button>
          <Button
            type="submit"
            look="primary"
            isPending={props.isBusy === true}
            isDisabled={props.canSubmit === false}
          >
            {props.submitLabel}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}

interface ConfirmDialogProps extends DialogProps, ProblemProps {
  /** What the consequential button says: the action itself, never “OK”. */
  readonly confirmLabel: string;
  readonly onConfirm: () => void;
  /** Text to be typed first, where one click would be too little. */
  readonly typed?: string;
  /** False while something in the dialog must be agreed to first. */
  readonly isReady?: boolean;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const [typed, setTyped] = useState('');
  const isReady =
    props.isReady !== false && (props.typed === undefined || typed.trim() === props.typed);
  return (
    <Dialog {...props}>
      <DialogBody>
        {props.children}
        {props.typed !== undefined ? (
          <TextField
            label={`Type ${props.typed} to go on`}
            value={typed}
            onChange={setTyped}
            isMono
            autoFocus
          />
        ) : null}
      </DialogBody>
      <DialogProblem missing={props.missing} error={props.error} />
      <DialogFoot>
        <Button onPress={props.onClose} isDisabled={props.isBusy === true}>
          Cancel
        </Button>
        <Button
          look="danger"
          isDisabled={!isReady}
          isPending={props.isBusy === true}
          onPress={props.onConfirm}
        >
          {props.confirmLabel}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}

interface TellDialogProps extends DialogProps {
  /** Buttons beside the one that closes. */
  readonly actions?: ReactNode;
}

/** A dialog that tells what was done, and what comes next. */
export function TellDialog(props: TellDialogProps) {
  return (
    <Dialog {...props}>
      <DialogBody>{props.children}</DialogBody>
      <DialogFoot>
        {props.actions}
        <Button look="primary" onPress={props.onClose}>
          Done
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
