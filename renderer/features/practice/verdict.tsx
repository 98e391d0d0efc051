/** The practice server's answer to one delivery, live: picked up, imported or failed, and the mails that came of it. */
import { useEffect } from 'react';
import type { ImportRecord } from '../../../shared/domain/import.ts';
import type { Receipt } from '../../../shared/domain/job.ts';
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

export function Verdict({ receipt }: { readonly receipt: Receipt }) {
  const { value: imports, error } = usePracticeImports();
  const mails = usePracticeMails((state) => state.value);
  const { parts, startedAt } = receipt;
  const records = parts.map(({ manifest }) =>
    imports?.find((candidate) => candidate.manifest === manifest.name),
  );
  const isDone = records.every((record) => record !== undefined && isFinished(record.status));
  usePolling(isDone);
  const names = parts.flatMap(({ data, manifest }) => [data.name, manifest.name]);
  const mine = mailsOf(mails ?? [], { names, startedAt });
  return (
    <Stack>
      <Section title="What the practice server says">
        {error !== undefined ? <ErrorBox error={error} /> : null}
        {records.map((record, index) => (
          <PartVerdict
            key={parts[index]?.manifest.name}
            record={record}
            title={parts.length === 1 ? undefined : `Part ${index + 1} of ${parts.length}`}
            isWaiting={error === undefined}
          />
        ))}
      </Section>
      {mine.length > 0 ? (
        <Section title="Mail that came of it">
          <MailList mails={mine} />
        </Section>
      ) : null}
    </Stack>
  );
}

interface PartVerdictProps {
  readonly record: ImportRecord | undefined;
  /** Which part of a split file it is. */
  readonly title: string | undefined;
  readonly isWaiting: boolean;
}

function PartVerdict({ record, title, isWaiting }: PartVerdictProps) {
  return (
    <>
      {title === undefined ? null : <h4>{title}</h4>}
      {record === undefined && isWaiting ? (
        <Working>Waiting for the server to pick the file up</Working>
      ) : null}
      {record !== undefined ? <ImportSummary record={record} /> : null}
    </>
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
