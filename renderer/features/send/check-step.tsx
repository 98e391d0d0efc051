/** Step 3, Check: every row against the mapping, while the user reads on; problems by kind and column. */
import { RotateCw } from 'lucide-react';
import { useEffect } from 'react';
import type { CheckReport, ProblemGroup, TextProblem } from '../../../shared/domain/problem.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
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
import { Card, Quiet, Row, Stack } from '../../ui/page.tsx';
import { Progress } from '../../ui/progress.tsx';
import { Table } from '../../ui/table.tsx';
import { checkAgain, runChecks } from './checks.ts';
import styles from './send.module.css';
import { patch, useSend } from './store.ts';
import type { FileCheck } from './wizard.ts';
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
      {totals.rejected > 0 && totals.accepted > 0 ? (
        <SendAnyway rejected={totals.rejected} />
      ) : null}
      {files.map((file) => (
        <Card key={file.ref.handle} label={`Check of ${file.ref.name}`}>
          <CheckView name={file.ref.name} check={checks[file.ref.handle]} />
        </Card>
      ))}
      <Row>
        <Button icon={<RotateCw size={14} />} onPress={checkAgain}>
          Check again
        </Button>
      </Row>
    </Stack>
  );
}

function SendAnyway({ rejected }: { readonly rejected: number }) {
  const isAccepted = useSend((state) => state.acceptRejected);
  const rows = formatCount(rejected, 'row');
  return (
    <Notice tone="warning" title={`The platform would reject ${rows}`}>
      <p>Mend them in the file and check again, or send the file as it is.</p>
      <Checkbox isSelected={isAccepted} onChange={(acceptRejected) => patch({ acceptRejected })}>
        Send anyway, although {rows} will be rejected
      </Checkbox>
    </Notice>
  );
}

interface CheckViewProps {
  readonly name: string;
  readonly check: FileCheck | undefined;
}

function CheckView({ name, check }: CheckViewProps) {
  switch (check?.state) {
    case undefined:
    case 'waiting':
      return <Progress label={name} detail="Waiting" done={0} total={1} />;
    case 'running':
      return (
        <Progress
          label={name}
          detail={runningDetail(check)}
          done={check.done}
          total={check.total}
        />
      );
    case 'failed':
      return (
        <>
          <h2>{name}</h2>
          <ErrorBox
            error={check.error}
            actions={<Button onPress={checkAgain}>Check again</Button>}
          />
        </>
      );
    case 'refused':
      return (
        <>
          <h2>{name}</h2>
          <Refused problems={check.problems} />
        </>
      );
    case 'done':
      return <Report name={name} report={check.report} />;
  }
}

function runningDetail(check: Extract<FileCheck, { state: 'running' }>): string {
  const left = secondsLeft(check);
  return [
    check.total === undefined
      ? formatBytes(check.done)
      : `${formatBytes(check.done)} of ${formatBytes(check.total)}`,
    ...(check.rate === undefined ? [] : [formatRate(check.rate)]),
    ...(left === undefined ? [] : [`${formatDuration(left)} left`]),
  ].join(' · ');
}

function Refused({ problems }: { readonly problems: readonly TextProblem[] }) {
  return (
    <Notice
      tone="error"
      title="The platform would not take a manifest with this mapping"
      actions={<Button onPress={() => patch({ step: 'map' })}>Back to the mapping</Button>}
    >
      <ul>
        {problems.map((problem, index) => (
          <li key={index}>{problem.message}</li>
        ))}
      </ul>
    </Notice>
  );
}

function Report({ name, report }: { readonly name: string; readonly report: CheckReport }) {
  return (
    <>
      <div className={styles.fileHead}>
        <h2>{name}</h2>
        {report.rejected === 0 ? (
          <Badge tone="success">{formatCount(report.accepted, 'row')} in order</Badge>
        ) : (
          <>
            <Badge tone="success">{formatCount(report.accepted, 'row')} in order</Badge>
            <Badge tone="error">{formatCount(report.rejected, 'row')} would be rejected</Badge>
          </>
        )}
      </div>
      {report.problems.length === 0 ? (
        <Quiet>Nothing to mend: {formatBytes(report.bytes)} were read.</Quiet>
      ) : (
        <Table
          label={`Problems of ${name}`}
          columns={[
            { name: 'Kind', width: '88px' },
            { name: 'Column', width: '18%' },
            { name: 'What is wrong' },
            { name: 'Rows', isNumeric: true, width: '64px' },
            { name: 'First rows and values', width: '24%' },
          ]}
        >
          {report.problems.map((group) => (
            <ProblemRow
              key={`${group.code} ${group.column ?? ''} ${group.message}`}
              group={group}
            />
          ))}
        </Table>
      )}
    </>
  );
}

function ProblemRow({ group }: { readonly group: ProblemGroup }) {
  return (
    <tr>
      <td>
        <Badge tone={group.severity}>{group.severity === 'error' ? 'Error' : 'Warning'}</Badge>
        <br />
        <code className={styles.code}>{group.code}</code>
      </td>
      <td>{group.column ?? <span className={styles.quiet}>whole row</span>}</td>
      <td>{group.message}</td>
      <td data-numeric="">{formatNumber(group.count)}</td>
      <td>
        <ul className={styles.samples}>
          {group.samples.map((sample) => (
            <li key={sample.row}>
              <span className={styles.quiet} title={`Line ${sample.line} of the file`}>
                Row {sample.row}
              </span>{' '}
              <code>{sample.value}</code>
            </li>
          ))}
        </ul>
      </td>
    </tr>
  );
}
