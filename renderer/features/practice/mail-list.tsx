/** Mails as they would arrive; each opens to be read. */
import { ChevronDown, ChevronRight, Mail as MailIcon } from 'lucide-react';
import { useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import type { Mail } from '../../../shared/domain/import.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { ErrorBox } from '../../ui/error-box.tsx';
import { formatMoment } from '../../ui/format.ts';
import { Working } from '../../ui/spinner.tsx';
import styles from './practice.module.css';

export function MailList({ mails }: { readonly mails: readonly Mail[] }) {
  return (
    <ul className={styles.mails} aria-label="Mails">
      {mails.map((mail) => (
        <MailItem key={mail.id} mail={mail} />
      ))}
    </ul>
  );
}

function MailItem({ mail }: { readonly mail: Mail }) {
  const [text, setText] = useState<string>();
  const [isOpen, setOpen] = useState(false);
  const read = useAction(() => call('practice.mail', { id: mail.id }));
  const toggle = async () => {
    setOpen(!isOpen);
    if (isOpen || text !== undefined) return;
    const whole = await read.run();
    if (whole !== undefined) setText(whole.text ?? '');
  };
  return (
    <li className={styles.mail}>
      <AriaButton
        className={styles.mailHead ?? ''}
        aria-expanded={isOpen}
        onPress={() => void toggle()}
      >
        {isOpen ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
        <MailIcon size={14} aria-hidden />
        <span className={styles.subject}>{mail.subject}</span>
        <span className={styles.when}>{formatMoment(mail.receivedAt)}</span>
      </AriaButton>
      {isOpen ? (
        <div className={styles.mailBody}>
          <p className={styles.to}>To {mail.to}</p>
          {read.isBusy ? <Working>Reading the mail</Working> : null}
          {read.error !== undefined ? <ErrorBox error={read.error} /> : null}
          {text !== undefined ? <pre className={styles.text}>{text}</pre> : null}
        </div>
      ) : null}
    </li>
  );
}
