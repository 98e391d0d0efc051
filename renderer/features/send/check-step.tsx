/** Step 3, Check: every row against the mapping, while the user reads on; files with problems come first. */
import { RotateCw, Square } from 'lucide-react';
import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { Button } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/field.tsx';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatRate,
  secondsLeft,
} from '../../ui/format.ts';
import { Notice } from '../../ui/notice.tsx';
import { Quiet, Row, Section, Stack } from '../../ui/page.tsx';
import { Progress } from '../../ui/progress.tsx';
import { CheckCard } from './check-card.tsx';
import { checkAgain, runChecks, stopChecking } from './checks.ts';
import { LeaveOutFaulty, LeftOut } from './left-out.tsx';
import styles from './send.module.css';
import { patch, useSend } from './store.ts';
import type { FileCheck, SendFile } from './wizard.ts';
import { checkTotals } from './wizard.ts';

export function CheckStep() {
  const files = useSend((state) => state.files);
  const checks = useSend((state) => state.checks);
  useEffect(() => void runChecks(), []);
  const totals = checkTotals({ files, checks });
  return (
    <Stack>
      <Quiet>
        Every row is read against the mapping. You can go on to the next steps meanwhile; nothing is
        sent before the check is through.
      </Quiet>
      <AllProgress />
      {totals.rejected > 0 && totals.accepted > 0 ? (
        <SendAnyway rejected={totals.rejected} />
      ) : null}
      <LeaveOutFaulty step="check" />
      <LeftOut />
      <Checked files={files} checks={checks} />
      <Row>
        <Button icon={<RotateCw size={14} />} onPress={() => void checkAgain()}>
          Check again
        </Button>
      </Row>
    </Stack>
  );
}

/** One bar over all files, with what is left of the work. */
function AllProgress() {
  const files = useSend((state) => state.files);
  const checks = useSend((state) => state.checks);
  let [done, total, rate, ended] = [0, 0, 0, 0];
  for (const { ref, facts } of files) {
    const check = checks[ref.handle];
    const sizeBytes = facts?.sizeBytes ?? ref.sizeBytes;
    total += sizeBytes;
    if (check?.state === 'running') {
      done += Math.min(check.done, sizeBytes);
      rate += check.rate ?? 0;
    } else if (check !== undefined && check.state !== 'waiting') {
      done += sizeBytes;
      ended += 1;
    }
  }
  if (ended === files.length) return null;
  const left = secondsLeft({ done, total, rate });
  const detail = [
    ...(files.length > 1 ? [`${formatNumber(ended)} of ${formatCount(files.length, 'file')}`] : []),
    `${formatBytes(done)} of ${formatBytes(total)}`,
    ...(rate > 0 ? [formatRate(rate)] : []),
    ...(left === undefined ? [] : [`${formatDuration(left)} left`]),
  ].join(' · ');
  return (
    <div className={styles.allProgress}>
      <Progress label="Checking" detail={detail} done={done} total={total} />
      <Button size="small" icon={<Square size={12} />} onPress={stopChecking}>
        Stop checking
      </Button>
    </div>
  );
}

function SendAnyway({ rejected }: { readonly rejected: number }) {
  const isAccepted = useSend((state) => state.acceptRejected);
  const rows = formatCount(rejected, 'row');
  return (
    <Notice tone="warning" title={`The platform would reject ${rows}`}>
      <p>
        Mend {rejected === 1 ? 'it' : 'them'} in the file and check again, or send the file as it
        is.
      </p>
      <Checkbox isSelected={isAccepted} onChange={(acceptRejected) => patch({ acceptRejected })}>
        Send anyway, although {rows} will be rejected
      </Checkbox>
    </Notice>
  );
}

interface CheckedProps {
  readonly files: readonly SendFile[];
  readonly checks: Readonly<Record<string, FileCheck>>;
}

/** Among many files, those that need the user stand above those that do not. */
function Checked({ files, checks }: CheckedProps) {
  if (files.length === 1) return <CheckList files={files} checks={checks} />;
  const parts = { problems: [], underWay: [], fine: [] } as Record<
    'problems' | 'underWay' | 'fine',
    SendFile[]
  >;
  for (const file of files) parts[partOf(checks[file.ref.handle])].push(file);
  const part = (title: string, some: readonly SendFile[]): ReactNode =>
    some.length === 0 ? null : (
      <Section title={`${title} (${formatNumber(some.length)})`}>
        <CheckList files={some} checks={checks} />
      </Section>
    );
  return (
    <>
      {part('With problems', parts.problems)}
      {part('Being checked', parts.underWay)}
      {part('In order', parts.fine)}
    </>
  );
}

function partOf(check: FileCheck | undefined): 'problems' | 'underWay' | 'fine' {
  if (check === undefined || check.state === 'waiting' || check.state === 'running') {
    return 'underWay';
  }
  return check.state === 'done' && check.report.problems.length === 0 ? 'fine' : 'problems';
}

function CheckList({ files, checks }: CheckedProps) {
  return (
    <ul className={styles.checks} aria-label="Checked files">
      {files.map((file) => (
        <li key={file.ref.handle}>
          <CheckCard file={file} check={checks[file.ref.handle]} isAlone={files.length === 1} />
        </li>
      ))}
    </ul>
  );
}
