/** The practice server's answer to one delivery, live: picked up, imported or failed, and the mails that came of it. */
import { useEffect } from 'react';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Section, Stack } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { ImportSummary } from './import-card.tsx';
import { isFinished, mailsOf } from './import-words.ts';
import { MailList } from './mail-list.tsx';
import { usePracticeImports, usePracticeMails } from './store.ts';

const POLL_INTERVAL_MS = 1000;
/** The last mail may come a moment after the import is finished. */
const POLLS_AFTER_END = 8;

interface VerdictProps {
  readonly manifestName: string;
  readonly dataName: string;
  readonly startedAt: string;
}

export function Verdict({ manifestName, dataName, startedAt }: VerdictProps) {
  const { value: imports, error } = usePracticeImports();
  const mails = usePracticeMails((state) => state.value);
  const record = imports?.find((candidate) => candidate.manifest === manifestName);
  const isDone = record !== undefined && isFinished(record.status);
  usePolling(isDone);
  const mine = mailsOf(mails ?? [], { names: [dataName, manifestName], startedAt });
  return (
    <Stack>
      <Section title="What the practice server says">
        {error !== undefined ? <ErrorBox error={error} /> : null}
        {record === undefined && error === undefined ? (
          <Working>Waiting for the server to pick the file up</Working>
        ) : null}
        {record !== undefined ? <ImportSummary record={record} /> : null}
      </Section>
      {mine.length > 0 ? (
        <Section title="Mail that came of it">
          <MailList mails={mine} />
        </Section>
      ) : null}
    </Stack>
  );
}

function usePolling(isDone: boolean): void {
  useEffect(() => {
    let polls = 0;
    const poll = () => {
      polls += 1;
      if (isDone && polls > POLLS_AFTER_END) {
        clearInterval(timer);
        return;
      }
      void usePracticeImports.getState().load();
      void usePracticeMails.getState().load();
    };
    const timer = setInterval(poll, POLL_INTERVAL_MS);
    poll();
    return () => clearInterval(timer);
  }, [isDone]);
  // Problems name values of rows, which must not outlive the view.
  useEffect(() => () => usePracticeImports.getState().clear(), []);
}
