/** One schedule: what, when, how its last run ended, and what can be done with it. */
import { useState } from 'react';
import type { Schedule } from '../../../shared/domain/schedule.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Card, Row } from '../../ui/page.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { useConnections } from '../connections/index.ts';
import { ScheduleDialog } from './schedule-dialog.tsx';
import { filesWords, missedWords, nextWords, runWords, whenWords } from './schedule-words.ts';
import styles from './schedules.module.css';
import { useSchedules } from './store.ts';

export function ScheduleCard({ schedule }: { readonly schedule: Schedule }) {
  const [open, setOpen] = useState<'edit' | 'remove'>();
  const load = useSchedules((state) => state.load);
  const { id, name, isOn, isRunning, lastRun } = schedule;
  const connection = useConnections((state) =>
    state.value?.find((one) => one.id === schedule.delivery.connectionId),
  );
  const change = useAction((what: 'on' | 'off') =>
    call('schedules.setOn', { id, isOn: what === 'on' }),
  );
  const run = useAction(() => call('schedules.run', { id }));
  const forget = useAction(() => call('schedules.forgetMissed', { id }));
  const then = async (done: Promise<unknown>) => {
    if ((await done) !== undefined) await load();
  };
  const error = change.error ?? run.error ?? forget.error;
  const close = () => setOpen(undefined);
  return (
    <Card label={`Schedule ${name}`}>
      <div className={styles.head}>
        <h2>{name}</h2>
        <State schedule={schedule} />
      </div>
      <Facts
        facts={[
          { name: 'When', value: whenWords(schedule.trigger) },
          { name: 'Next', value: nextWords(schedule) },
          { name: 'Files', value: filesWords(schedule) },
          { name: 'To', value: connection?.name ?? 'A connection that was removed' },
          { name: 'Last run', value: runWords(lastRun) },
        ]}
      />
      {schedule.missed.length > 0 ? (
        <Notice
          tone="warning"
          title={schedule.missed.length === 1 ? 'A run was missed' : 'Runs were missed'}
          actions={
            <Button size="small" onPress={() => void then(forget.run())}>
              Leave it out
            </Button>
          }
        >
          <p>{missedWords(schedule.missed)} Run it now to make up for it.</p>
        </Notice>
      ) : null}
      {lastRun?.error !== undefined && !isRunning ? <ErrorBox error={lastRun.error} /> : null}
      {error !== undefined ? <ErrorBox error={error} /> : null}
      <Row>
        <Button
          size="small"
          isPending={run.isBusy || isRunning}
          onPress={() => void then(run.run())}
        >
          Run now
        </Button>
        <Button size="small" onPress={() => void then(change.run(isOn ? 'off' : 'on'))}>
          {isOn ? 'Turn off' : 'Turn on'}
        </Button>
        <Menu
          label={`More for ${name}`}
          actions={[
            { name: 'Edit…', run: () => setOpen('edit') },
            { name: 'Remove…', run: () => setOpen('remove') },
          ]}
        />
      </Row>
      {open === 'edit' ? <ScheduleDialog schedule={schedule} onClose={close} /> : null}
      {open === 'remove' ? <RemoveSchedule schedule={schedule} onClose={close} /> : null}
    </Card>
  );
}

function State({ schedule: { isOn, isRunning, waitingSince } }: { readonly schedule: Schedule }) {
  if (isRunning) {
    return (
      <Badge tone="info" icon={<Spinner label="At work" />}>
        Running
      </Badge>
    );
  }
  if (waitingSince !== undefined) return <Badge tone="warning">Waiting for unlock</Badge>;
  return isOn ? <Badge tone="success">On</Badge> : <Badge tone="neutral">Off</Badge>;
}

interface RemoveProps {
  readonly schedule: Schedule;
  readonly onClose: () => void;
}

function RemoveSchedule({ schedule, onClose }: RemoveProps) {
  const load = useSchedules((state) => state.load);
  const remove = useAction(() => call('schedules.remove', { id: schedule.id }));
  const confirm = async () => {
    if ((await remove.run()) === undefined) return;
    onClose();
    await load();
  };
  return (
    <ConfirmDialog
      title={`Remove ${schedule.name}`}
      confirmLabel="Remove schedule"
      onClose={onClose}
      onConfirm={() => void confirm()}
      isBusy={remove.isBusy}
      error={remove.error}
    >
      <p>Nothing more is sent by it. Its folder and all files stay, and so do the receipts.</p>
    </ConfirmDialog>
  );
}
