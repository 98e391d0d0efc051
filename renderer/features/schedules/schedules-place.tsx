/** The Schedules place: deliveries that begin by themselves. */
import { CalendarClock, Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Checkbox } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Empty, Page, Stack } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { ensureConnections } from '../connections/index.ts';
import { ensureKeys } from '../keys/index.ts';
import { ScheduleCard } from './schedule-card.tsx';
import { ScheduleDialog } from './schedule-dialog.tsx';
import { useBackground, useSchedules } from './store.ts';

export function SchedulesPlace() {
  const [isAdding, setAdding] = useState(false);
  useEffect(() => {
    void ensureConnections();
    void ensureKeys();
  }, []);
  const add = (
    <Button icon={<Plus size={14} />} look="primary" onPress={() => setAdding(true)}>
      Add schedule…
    </Button>
  );
  return (
    <Page title="Schedules" actions={add}>
      <Schedules />
      {isAdding ? <ScheduleDialog onClose={() => setAdding(false)} /> : null}
    </Page>
  );
}

function Schedules() {
  const { value, error, load } = useSchedules();
  useEffect(() => void load(), [load]);
  if (error !== undefined) {
    return (
      <ErrorBox error={error} actions={<Button onPress={() => void load()}>Try again</Button>} />
    );
  }
  if (value === undefined) return <Working>Reading the schedules</Working>;
  if (value.schedules.length === 0) {
    return (
      <Stack>
        <Empty icon={<CalendarClock size={32} />} title="Nothing is sent by itself yet">
          A schedule sends the files of a folder as they come, or at times by the clock. Each run is
          a delivery like any other, under a fresh name, with its receipt in Activity.
        </Empty>
        <AtLogin />
      </Stack>
    );
  }
  return (
    <Stack>
      {value.isClockHere ? null : (
        <Notice tone="info" title="Another process keeps the clock of this profile">
          <p>It may be sealift schedule run. When it ends, Sealift takes over.</p>
        </Notice>
      )}
      {value.schedules.map((schedule) => (
        <ScheduleCard key={schedule.id} schedule={schedule} />
      ))}
      <AtLogin />
    </Stack>
  );
}

/** Schedules run only while Sealift does. */
function AtLogin() {
  const { value, load } = useBackground();
  useEffect(() => void load(), [load]);
  const change = useAction((runAtLogin: boolean) =>
    call('schedules.setBackground', { runAtLogin }),
  );
  if (value === undefined) return null;
  const set = async (runAtLogin: boolean) => {
    if ((await change.run(runAtLogin)) !== undefined) await load();
  };
  return (
    <>
      <Checkbox isSelected={value.runAtLogin} onChange={(isOn) => void set(isOn)}>
        Start Sealift at login, and keep it in the tray when its window is closed: schedules run
        only while Sealift does
      </Checkbox>
      {change.error !== undefined ? <ErrorBox error={change.error} /> : null}
    </>
  );
}
