/** The check of one file: waiting, under way, or its verdict with problems grouped by kind and column. */
import { memo } from 'react';
import type { CheckReport, ProblemGroup, TextProblem } from '../../../shared/domain/problem.ts';
import { FILE_CODES } from '../../../shared/domain/problem.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { formatBytes, formatCount, formatNumber } from '../../ui/format.ts';
import { Notice } from '../../ui/notice.tsx';
import { Card, Quiet } from '../../ui/page.tsx';
import { Progress } from '../../ui/progress.tsx';
import { Table } from '../../ui/table.tsx';
import { checkAgain } from './checks.ts';
import { SaveFailingRows } from './save-failing-rows.tsx';
import styles from './send.module.css';
import { patch } from './store.ts';
import type { FileCheck, SendFile } from './wizard.ts';

interface CheckCardProps {
  readonly file: SendFile;
  readonly check: FileCheck | undefined;
  /** Among several, a file without problems takes one line. */
  readonly isAlone: boolean;
}

export const CheckCard = memo(function CheckCard({ file, check, isAlone }: CheckCardProps) {
  const { name } = file.ref;
  const isFine = check?.state === 'done' && check.report.problems.length === 0;
  if (isFine && !isAlone) return <FineFile name={name} report={check.report} />;
  return (
    <Card label={`Check of ${name}`}>
      <CheckView file={file} check={check} />
    </Card>
  );
});

function FineFile({ name, report }: { readonly name: string; readonly report: CheckReport }) {
  return (
    <div className={styles.fineFile}>
      <span>{name}</span>
      <Badge tone="success">{formatCount(report.accepted, 'row')} in order</Badge>
    </div>
  );
}

function CheckView({ file, check }: Omit<CheckCardProps, 'isAlone'>) {
  const { name } = file.ref;
  switch (check?.state) {
    case undefined:
    case 'waiting':
      return <Progress label={name} detail="Waiting" done={0} total={1} />;
    case 'running':
      return (
        <Progress
          label={name}
          detail={
            check.total === undefined
              ? formatBytes(check.done)
              : `${formatBytes(check.done)} of ${formatBytes(check.total)}`
          }
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
            actions={<Button onPress={() => void checkAgain()}>Check again</Button>}
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
      return <Report file={file} report={check.report} />;
  }
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

function Report({ file, report }: { readonly file: SendFile; readonly report: CheckReport }) {
  const { name } = file.ref;
  const errors = report.problems.filter(({ severity }) => severity === 'error');
  const warnings = report.problems.filter(({ severity }) => severity === 'warning');
  return (
    <>
      <div className={styles.fileHead}>
        <h2>{name}</h2>
        <Badge tone="success">{formatCount(report.accepted, 'row')} in order</Badge>
        {report.rejected > 0 ? (
          <Badge tone="error">{formatCount(report.rejected, 'row')} would be rejected</Badge>
        ) : null}
      </div>
      {report.problems.length === 0 ? (
        <Quiet>Nothing to mend: {formatBytes(report.bytes)} were read.</Quiet>
      ) : null}
      {report.rejected > 0 && canTellRows(report) ? (
        <SaveFailingRows file={file} rejected={report.rejected} />
      ) : null}
      <Problems label="Errors" name={name} groups={errors} />
      <Problems label="Warnings" name={name} groups={warnings} />
    </>
  );
}

/** Where header, encoding or quoting are broken, the file is refused as a whole, and mended as a whole. */
function canTellRows(report: CheckReport): boolean {
  return !report.problems.some(
    ({ severity, code }) => severity === 'error' && WHOLE_FILE_CODES.has(code),
  );
}

const WHOLE_FILE_CODES: ReadonlySet<string> = new Set([...FILE_CODES, 'ENCODING', 'QUOTING']);

interface ProblemsProps {
  readonly label: 'Errors' | 'Warnings';
  readonly name: string;
  readonly groups: readonly ProblemGroup[];
}

function Problems({ label, name, groups }: ProblemsProps) {
  if (groups.length === 0) return null;
  return (
    <div className={styles.problems}>
      <h3>
        <Badge tone={label === 'Errors' ? 'error' : 'warning'}>{label}</Badge>{' '}
        <span className={styles.quiet}>
          {label === 'Errors'
            ? 'The platform rejects these rows.'
            : 'The platform takes these; look whether you mean them.'}
        </span>
      </h3>
      <Table
        label={`${label} of ${name}`}
        columns={[
          { name: 'Code', width: '96px' },
          { name: 'Column', width: '18%' },
          { name: 'What is wrong' },
          { name: 'Rows', isNumeric: true, width: '64px' },
          { name: 'First rows and values', width: '26%' },
        ]}
      >
        {groups.map((group) => (
          <ProblemRow key={`${group.code} ${group.column ?? ''} ${group.message}`} group={group} />
        ))}
      </Table>
    </div>
  );
}

function ProblemRow({ group }: { readonly group: ProblemGroup }) {
  return (
    <tr>
      <td>
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
                Row {formatNumber(sample.row)}
              </span>{' '}
              <code>{sample.value}</code>
            </li>
          ))}
        </ul>
      </td>
    </tr>
  );
}
