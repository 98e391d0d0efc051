/** One delivery as it runs or ended: its steps, numbers, error, and what can be done about it. */
import { ArrowDown, ArrowUp, Check, Pause, Play, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Job } from '../../../shared/domain/job.ts';
import { SEND_STEPS } from '../../../shared/domain/job.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { formatDuration, formatMoment } from '../../ui/format.ts';
import type { Tone } from '../../ui/tone.ts';
import { Card, Quiet, Row } from '../../ui/page.tsx';
import { Progress } from '../../ui/progress.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import styles from './activity.module.css';
import {
  STATE_WORDS,
  STEP_WORDS,
  isOver,
  placeWords,
  partsArrived,
  progressDetail,
  stepLabel,
  stepState,
} from './job-list.ts';
import { ReceiptView } from './receipt-view.tsx';
import { useJobs } from './store.ts';
import { useSecondsUntil } from './use-seconds-until.ts';

const TONES: Readonly<Record<Job['state'], Tone | 'neutral'>> = {
  queued: 'neutral',
  running: 'info',
  waiting: 'warning',
  paused: 'neutral',
  done: 'success',
  failed: 'error',
  cancelled: 'neutral',
  interrupted: 'warning',
};

interface JobCardProps {
  readonly job: Job;
  /** Buttons beside a failure that only the view around the card can offer. */
  readonly errorActions?: ReactNode;
}

export function JobCard({ job, errorActions }: JobCardProps) {
  return (
    <Card label={`Delivery of ${job.title}`}>
      <div className={styles.head}>
        <h2>{job.title}</h2>
        <Badge tone={TONES[job.state]}>{STATE_WORDS[job.state]}</Badge>
        <span className={styles.when}>
          to {job.destination} · {formatMoment(job.finishedAt ?? job.createdAt)}
        </span>
      </div>
      {job.state === 'running' ? <JobSteps job={job} /> : null}
      {job.state === 'queued' ? (
        <Quiet>Begins when what is before it is through{placeWords(job.place)}.</Quiet>
      ) : null}
      {job.state === 'waiting' && job.retryAt !== undefined ? (
        <NextAttempt key={job.retryAt} at={job.retryAt} />
      ) : null}
      {job.state === 'paused' ? (
        <Quiet>What is sealed and sent stays where it is until you go on, or cancel.</Quiet>
      ) : null}
      {job.state === 'interrupted' ? (
        <Quiet>
          Sealift ended while this was under way. Nothing incomplete has its final name.
        </Quiet>
      ) : null}
      {isOver(job.state) && job.part !== undefined && partsArrived(job) > 0 ? (
        <Quiet>
          {partsArrived(job)} of {job.part.count} parts arrived and are not sent again: what follows
          is the rest.
        </Quiet>
      ) : null}
      {job.error !== undefined ? (
        <ErrorBox error={job.error} actions={isOver(job.state) ? errorActions : undefined} />
      ) : null}
      {job.state === 'done' ? null : <JobActions job={job} />}
      {job.result?.kind === 'send' ? (
        <details className={styles.jobReceipt}>
          <summary>Receipt</summary>
          <ReceiptView receipt={job.result.receipt} />
        </details>
      ) : null}
    </Card>
  );
}

/** Counts down to the next attempt of a delivery that failed in a way that may pass. */
function NextAttempt({ at }: { readonly at: string }) {
  const left = useSecondsUntil(at);
  return (
    <Quiet>
      Nothing is lost. Sealift tries again by itself{' '}
      {left > 0 ? `in ${formatDuration(left)}` : 'now'}.
    </Quiet>
  );
}

/** The four steps, and the bar of what is under way. */
function JobSteps({ job }: { readonly job: Job }) {
  return (
    <>
      <ol className={styles.steps} aria-label="Steps">
        {SEND_STEPS.map((step) => {
          const state = stepState(step, job.step);
          return (
            <li
              key={step}
              className={styles.step}
              data-state={state}
              aria-current={state === 'current' ? 'step' : undefined}
            >
              {state === 'done' ? <Check size={14} role="img" aria-label="Done" /> : null}
              {state === 'current' ? <Spinner label="At work" /> : null}
              {STEP_WORDS[step]}
            </li>
          );
        })}
      </ol>
      <Progress
        label={stepLabel(job)}
        detail={progressDetail(job)}
        done={job.done}
        total={job.total}
      />
    </>
  );
}

/** Moves a queued delivery before or behind its neighbour. */
function PlaceButtons({
  job: { id, place },
  onMoved,
}: {
  readonly job: Job;
  readonly onMoved: (job: Job) => void;
}) {
  const move = useAction((way: 'sooner' | 'later') => call('jobs.move', { id, way }));
  const run = async (way: 'sooner' | 'later') => {
    const moved = await move.run(way);
    if (moved !== undefined) onMoved(moved);
  };
  if (place === undefined || place.count < 2) return null;
  return (
    <>
      <Button
        icon={<ArrowUp size={14} />}
        isDisabled={place.number === 1}
        onPress={() => void run('sooner')}
      >
        Sooner
      </Button>
      <Button
        icon={<ArrowDown size={14} />}
        isDisabled={place.number === place.count}
        onPress={() => void run('later')}
      >
        Later
      </Button>
    </>
  );
}

type JobChange = 'jobs.pause' | 'jobs.cancel' | 'jobs.retry';

function JobActions({ job }: { readonly job: Job }) {
  const keep = useJobs((state) => state.keep);
  const forget = useJobs((state) => state.forget);
  const change = useAction((what: JobChange) => call(what, { id: job.id }));
  const discard = useAction(() => call('jobs.discard', { id: job.id }));
  const run = async (what: JobChange) => {
    const changed = await change.run(what);
    if (changed !== undefined) keep(changed);
  };
  const runDiscard = async () => {
    if ((await discard.run()) === undefined) return;
    forget(job.id);
  };
  const error = change.error ?? discard.error;
  return (
    <>
      <Row>
        {isOver(job.state) ? (
          <>
            <Button isPending={change.isBusy} onPress={() => void run('jobs.retry')}>
              {job.state === 'failed' ? 'Try again' : 'Send again'}
            </Button>
            <Button look="quiet" isPending={discard.isBusy} onPress={() => void runDiscard()}>
              Discard
            </Button>
          </>
        ) : (
          <>
            {job.state === 'waiting' ? (
              <Button isPending={change.isBusy} onPress={() => void run('jobs.retry')}>
                Try now
              </Button>
            ) : null}
            <PlaceButtons job={job} onMoved={keep} />
            {job.state === 'paused' ? (
              <Button
                icon={<Play size={14} />}
                isPending={change.isBusy}
                onPress={() => void run('jobs.retry')}
              >
                Go on
              </Button>
            ) : (
              <Button
                icon={<Pause size={14} />}
                isPending={change.isBusy}
                onPress={() => void run('jobs.pause')}
              >
                Pause
              </Button>
            )}
            <Button
              icon={<X size={14} />}
              isPending={change.isBusy}
              onPress={() => void run('jobs.cancel')}
            >
              Cancel
            </Button>
          </>
        )}
      </Row>
      {error !== undefined ? <ErrorBox error={error} /> : null}
    </>
  );
}
