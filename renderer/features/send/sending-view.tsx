/** What becomes of the files: progress by step, then receipts, and the practice server's verdict where it was the destination. */
import type { Job, Receipt } from '../../../shared/domain/job.ts';
import { useAction } from '../../bridge/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Card, Page, Row, Stack } from '../../ui/page.tsx';
import { JobCard, ReceiptView, isOver, partsArrived, useJobs } from '../activity/index.ts';
import { useConnections } from '../connections/index.ts';
import { Verdict } from '../practice/index.ts';
import { backToWizard, replaceThere } from './deliver.ts';
import { LeftOut } from './left-out.tsx';
import styles from './send.module.css';
import type { Started } from './store.ts';
import { resetWizard, useSend } from './store.ts';

export function SendingView() {
  const started = useSend((state) => state.started);
  const jobs = useJobs((state) => state.jobs);
  const mine = jobs.filter((job) => started.some((entry) => entry.jobId === job.id));
  const isFinished = mine.every((job) => isOver(job.state));
  const isAllSent = started.every((entry) =>
    mine.some((job) => job.id === entry.jobId && job.state === 'done'),
  );
  const title = !isFinished ? 'Sending' : isAllSent ? 'Sent' : 'Not everything was sent';
  return (
    <Page
      title={title}
      takesFocus
      actions={
        isFinished ? (
          <Button look={isAllSent ? 'primary' : 'secondary'} onPress={resetWizard}>
            Send another file
          </Button>
        ) : undefined
      }
    >
      <Stack>
        <p role="status" className="visually-hidden">
          {title}
        </p>
        <LeftOut isFinal />
        {started.map((entry) => (
          <Delivery key={entry.handle} entry={entry} />
        ))}
        {isFinished && !isAllSent && mine.every(isAllHere) ? (
          <Row>
            <Button onPress={() => void backToWizard()}>Back to the wizard</Button>
          </Row>
        ) : null}
      </Stack>
    </Page>
  );
}

/** Nothing of it has arrived, so that it can be sent in another way. */
function isAllHere(job: Job): boolean {
  return job.state !== 'done' && partsArrived(job) === 0;
}

function Delivery({ entry }: { readonly entry: Started }) {
  const job = useJobs((state) => state.jobs.find((candidate) => candidate.id === entry.jobId));
  const replacing = useAction(() =>
    replaceThere(entry).then(() => ({ ok: true as const, value: undefined })),
  );
  if (entry.error !== undefined) {
    return (
      <Card label={`Delivery of ${entry.name}`}>
        <h2>{entry.name}</h2>
        <ErrorBox error={entry.error} />
      </Card>
    );
  }
  if (job === undefined) return null;
  const receipt = job.result?.kind === 'send' ? job.result.receipt : undefined;
  if (job.state === 'done' && receipt !== undefined) return <Arrived receipt={receipt} />;
  return (
    <JobCard
      job={job}
      errorActions={
        job.error?.code === 'REMOTE_EXISTS' ? (
          <Button isPending={replacing.isBusy} onPress={() => void replacing.run()}>
            Replace the file there
          </Button>
        ) : undefined
      }
    />
  );
}

function Arrived({ receipt }: { readonly receipt: Receipt }) {
  const connectionId = useSend((state) => state.connectionId);
  const isPractice = useConnections(
    (state) => state.value?.some((one) => one.id === connectionId && one.practice) ?? false,
  );
  return (
    <section className={styles.arrived} aria-label={`Receipt of ${receipt.sourceName}`}>
      <Notice tone="success" title={`${receipt.sourceName} was sealed and sent`}>
        <p>
          {receipt.parts.length === 1
            ? 'Sealed file and manifest have arrived'
            : `All ${receipt.parts.length} parts have arrived, each with its manifest`}
          {isPractice ? '.' : '. The platform’s mails tell what it makes of them.'}
        </p>
      </Notice>
      {isPractice ? (
        <Card label="Verdict">
          <Verdict receipt={receipt} />
        </Card>
      ) : null}
      <Card label="Receipt">
        <h2>Receipt</h2>
        <ReceiptView receipt={receipt} />
      </Card>
    </section>
  );
}
