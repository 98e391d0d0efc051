/** One file of the step Files: what it is, what was noticed, its first rows as they will be read. */
import { ArrowDown, ArrowUp, X } from 'lucide-react';
import { memo } from 'react';
import type { FileFacts } from '../../../shared/domain/data-file.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { formatBytes, formatCount } from '../../ui/format.ts';
import { Notice } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { Table } from '../../ui/table.tsx';
import { DELIMITER_NAMES, ENCODING_NAMES } from './conversion.ts';
import { FileConversion } from './file-conversion.tsx';
import { lookAnew, moveFile, removeFile } from './files.ts';
import styles from './send.module.css';
import type { SendFile } from './wizard.ts';
import { fileProblem } from './wizard.ts';

interface FileCardProps {
  readonly file: SendFile;
  readonly index: number;
  readonly count: number;
}

export const FileCard = memo(function FileCard({ file, index, count }: FileCardProps) {
  const { ref, facts, error } = file;
  const problem = fileProblem(file);
  return (
    <Card label={`File ${ref.name}`}>
      <div className={styles.fileHead}>
        {count > 1 ? <span className={styles.quiet}>{index + 1}</span> : null}
        <h2>{ref.name}</h2>
        <span className={styles.quiet}>
          {[
            formatBytes(facts?.sizeBytes ?? ref.sizeBytes),
            ...(facts === undefined ? [] : describe(facts)),
          ].join(' · ')}
        </span>
        <span className={styles.fileActions}>
          {count > 1 ? (
            <Order handle={ref.handle} index={index} count={count} name={ref.name} />
          ) : null}
          <IconButton
            size="small"
            label={`Remove ${ref.name}`}
            icon={<X size={14} />}
            onPress={() => removeFile(ref.handle)}
          />
        </span>
      </div>
      {error !== undefined ? <ErrorBox error={error} /> : null}
      {error === undefined && problem !== undefined ? (
        <Notice tone="error" title={problem}>
          <p>Check that the program which writes it has finished.</p>
        </Notice>
      ) : null}
      {facts === undefined && error === undefined ? <Working>Looking at the file</Working> : null}
      {file.isToMend === true ? <ToMend name={ref.name} /> : null}
      {facts !== undefined && problem === undefined ? <FileConversion file={file} /> : null}
      {facts?.notices.filter(isShown).map((notice, at) => (
        <Notice key={at} tone={notice.code === 'BOM_REMOVED' ? 'info' : 'warning'}>
          <p>{notice.message}</p>
        </Notice>
      ))}
      {facts !== undefined ? <Sample facts={facts} isOpen={count === 1} /> : null}
    </Card>
  );
});

function ToMend({ name }: { readonly name: string }) {
  return (
    <Notice
      tone="info"
      title={`Now mend the rows in ${name}`}
      actions={
        <Button size="small" onPress={() => void lookAnew()}>
          Look again
        </Button>
      }
    >
      <p>
        Open it with the program of your choice, correct what its last column says, and save it.
      </p>
    </Notice>
  );
}

interface OrderProps {
  readonly handle: string;
  readonly index: number;
  readonly count: number;
  readonly name: string;
}

function Order({ handle, index, count, name }: OrderProps) {
  return (
    <>
      <IconButton
        size="small"
        label={`Move ${name} up`}
        icon={<ArrowUp size={14} />}
        isDisabled={index === 0}
        onPress={() => moveFile(handle, -1)}
      />
      <IconButton
        size="small"
        label={`Move ${name} down`}
        icon={<ArrowDown size={14} />}
        isDisabled={index === count - 1}
        onPress={() => moveFile(handle, 1)}
      />
    </>
  );
}

/** What is said with more than words stands above the notices. */
function isShown({ code }: FileFacts['notices'][number]): boolean {
  return (
    code !== 'EMPTY' &&
    code !== 'ENCODING_CONVERTIBLE' &&
    code !== 'DELIMITER_CONVERTIBLE' &&
    code !== 'FAILURE_COLUMN'
  );
}

const FORMATS = { csv: 'CSV', json: 'JSON', ndjson: 'JSON, a record a line' } as const;

function describe(facts: FileFacts): string[] {
  const rows = formatCount(facts.rows, 'row');
  return [
    facts.rowsExact ? rows : `about ${rows}`,
    formatCount(facts.header.length, 'column'),
    facts.format === 'csv' ? `CSV with ${DELIMITER_NAMES[facts.delimiter]}` : FORMATS[facts.format],
    ENCODING_NAMES[facts.encoding],
  ];
}

const ROWS_SHOWN = 5;

function Sample({ facts, isOpen }: { readonly facts: FileFacts; readonly isOpen: boolean }) {
  if (facts.sample.length === 0) return null;
  // Headers may repeat; the place of a column is what tells it apart.
  return (
    <details open={isOpen}>
      <summary className={styles.summary}>First rows</summary>
      <Table label={`First rows of ${facts.name}`} columns={facts.header.map((name) => ({ name }))}>
        {facts.sample.slice(0, ROWS_SHOWN).map((row, rowIndex) => (
          <tr key={rowIndex}>
            {row.map((value, columnIndex) => (
              <td key={columnIndex} className={styles.cell}>
                {value}
              </td>
            ))}
          </tr>
        ))}
      </Table>
    </details>
  );
}
