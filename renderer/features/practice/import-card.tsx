/** What the practice server made of one delivery: status, rows, problems, and the rows that failed. */
import { useState } from 'react';
import type { ImportRecord } from '../../../shared/domain/import.ts';
import { handToSend } from '../../bridge/handover.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { formatMoment, formatNumber } from '../../ui/format.ts';
import { Quiet, Row, Stack } from '../../ui/page.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { Table } from '../../ui/table.tsx';
import { STATUS_WORDS, isFinished, rowsText } from './import-words.ts';
import styles from './practice.module.css';

export function ImportSummary({ record }: { readonly record: ImportRecord }) {
  const words = STATUS_WORDS[record.status];
  return (
    <Stack>
      <div className={styles.head}>
        <Badge
          tone={words.tone}
          icon={isFinished(record.status) ? undefined : <Spinner label="At work" />}
        >
          {words.text}
        </Badge>
        {isFinished(record.status) && record.rows > 0 ? <span>{rowsText(record)}</span> : null}
        <span className={styles.when}>{formatMoment(record.finishedAt ?? record.receivedAt)}</span>
      </div>
      {record.problems.length > 0 ? <ImportProblems record={record} /> : null}
      {record.rejected > 0 ? <SaveFailedRows record={record} /> : null}
    </Stack>
  );
}

function ImportProblems({ record }: { readonly record: ImportRecord }) {
  return (
    <Table
      label={`Problems of ${record.fileName}`}
      columns={[
        { name: 'Code', width: '96px' },
        { name: 'Column', width: '20%' },
        { name: 'First row', isNumeric: true, width: '80px' },
        { name: 'Rows', isNumeric: true, width: '64px' },
        { name: 'What is wrong' },
      ]}
    >
      {record.problems.map((problem) => (
        <tr key={`${problem.code} ${problem.column ?? ''} ${problem.row ?? ''}`}>
          <td>
            <code>{problem.code}</code>
          </td>
          <td>{problem.column}</td>
          <td data-numeric="">{problem.row === undefined ? '' : formatNumber(problem.row)}</td>
          <td data-numeric="">{formatNumber(problem.count)}</td>
          <td>{problem.message}</td>
        </tr>
      ))}
    </Table>
  );
}

/** Saved where the user chooses; from there they may go into the wizard to be mended and sent again. */
function SaveFailedRows({ record }: { readonly record: ImportRecord }) {
  const [savedAs, setSavedAs] = useState<string>();
  const save = useAction(() =>
    call('practice.saveFailedRows', { importId: record.id, name: record.fileName }),
  );
  const run = async (isSentAgain: boolean) => {
    const saved = await save.run();
    if (saved === undefined || saved.savedAs === null) return;
    setSavedAs(saved.savedAs);
    if (isSentAgain && saved.file !== undefined) handToSend(saved.file);
  };
  return (
    <>
      <Row>
        <Button size="small" isPending={save.isBusy} onPress={() => void run(false)}>
          Save failed rows…
        </Button>
        <Button size="small" isDisabled={save.isBusy} onPress={() => void run(true)}>
          Mend and send again…
        </Button>
        <Quiet>
          {savedAs === undefined
            ? 'As sent, with a last column that says why. The saved file is not encrypted.'
            : `Saved as ${savedAs}, not encrypted.`}
        </Quiet>
      </Row>
      {save.error !== undefined ? <ErrorBox error={save.error} /> : null}
    </>
  );
}
