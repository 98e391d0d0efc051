/** The Activity place: deliveries, receipts, and what the practice server made of them. */
import { Send } from 'lucide-react';
import { useState } from 'react';
import type { Job } from '../../../shared/domain/job.ts';
import { useNavigation } from '../../bridge/navigation.ts';
import { Button } from '../../ui/button.tsx';
import { Segments } from '../../ui/choice.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Empty, Page, Quiet, Stack } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { ImportList } from '../practice/index.ts';
import { JobCard } from './job-card.tsx';
import { ReceiptList } from './receipt-list.tsx';
import { useJobs } from './store.ts';
import type { JobFilter } from './job-list.ts';
import { FILTERS, filterJobs } from './job-list.ts';

export function ActivityPlace() {
  return (
    <Page title="Activity">
      <Tabs
        label="Activity"
        tabs={[
          { id: 'deliveries', name: 'Deliveries', content: <Deliveries /> },
          { id: 'receipts', name: 'Receipts', content: <ReceiptList /> },
          { id: 'practice', name: 'Practice server', content: <ImportList /> },
        ]}
      />
    </Page>
  );
}

function Deliveries() {
  const { jobs, isLoaded, error, load } = useJobs();
  const [filter, setFilter] = useState<JobFilter>('all');
  if (error !== undefined) {
    return (
      <ErrorBox error={error} actions={<Button onPress={() => void load()}>Try again</Button>} />
    );
  }
  if (!isLoaded) return <Working>Reading the deliveries</Working>;
  if (jobs.length === 0) return <NoDeliveries />;
  const shown: readonly Job[] = filterJobs(jobs, filter);
  return (
    <Stack>
      <Segments label="Show" hideLabel value={filter} options={FILTERS} onChange={setFilter} />
      {shown.length === 0 ? <Quiet>None of the deliveries.</Quiet> : null}
      {shown.map((job) => (
        <JobCard key={job.id} job={job} />
      ))}
    </Stack>
  );
}

function NoDeliveries() {
  const go = useNavigation((state) => state.go);
  return (
    <Empty
      icon={<Send size={32} />}
      title="Nothing was sent yet"
      actions={
        <Button look="primary" onPress={() => go('send')}>
          Send a file
        </Button>
      }
    >
      What is being sent, was sent or failed shows here, and can be tried again.
    </Empty>
  );
}
