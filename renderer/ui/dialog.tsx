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

function DialogFoot({ children }: { readonly children: ReactNode }) {
  return <div className={styles.foot}>{children}</div>;
}

interface FormDialogProps extends DialogProps {
  readonly submitLabel: string;
  readonly onSubmit: () => void;
  readonly canSubmit?: boolean;
  readonly error?: ErrorView | undefined;
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
        <DialogBody>
          {props.children}
          {props.error !== undefined ? <ErrorBox error={props.error} /> : null}
        </DialogBody>
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

interface ConfirmDialogProps extends DialogProps {
  /** What the consequential button says: the action itself, never “OK”. */
  readonly confirmLabel: string;
  readonly onConfirm: () => void;
  /** Text to be typed first, where one click would be too little. */
  readonly typed?: string;
  /** False while something in the dialog must be agreed to first. */
  readonly isReady?: boolean;
  readonly error?: ErrorView | undefined;
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
        {props.error !== undefined ? <ErrorBox error={props.error} /> : null}
      </DialogBody>
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
