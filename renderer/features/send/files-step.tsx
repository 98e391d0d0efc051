/** Step 1, Files: what each file is, what was noticed in it, and its first rows. */
import { FilePlus, X } from 'lucide-react';
import type { FileFacts } from '../../../shared/domain/data-file.ts';
import { useAction } from '../../bridge/use-action.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { formatBytes, formatCount } from '../../ui/format.ts';
import { Notice } from '../../ui/notice.tsx';
import { Card, Row, Stack } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { Table } from '../../ui/table.tsx';
import { DropArea } from './drop-area.tsx';
import { addSample, chooseFiles, removeFile } from './files.ts';
import styles from './send.module.css';
import { useSend } from './store.ts';
import type { SendFile } from './wizard.ts';

const done = { ok: true, value: undefined } as const;

export function FilesStep() {
  const files = useSend((state) => state.files);
  const addError = useSend((state) => state.addError);
  const choosing = useAction(() => chooseFiles().then(() => done));
  return (
    <DropArea>
      <Stack>
        {files.map((file) => (
          <FileCard key={file.ref.handle} file={file} isAlone={files.length === 1} />
        ))}
        {addError !== undefined ? <ErrorBox error={addError} /> : null}
        <Row>
          <Button
            icon={<FilePlus size={14} />}
            isPending={choosing.isBusy}
            onPress={() => void choosing.run()}
          >
            Add files…
          </Button>
          {files.length === 0 ? (
            <Button onPress={() => void addSample()}>Use the sample</Button>
          ) : null}
        </Row>
      </Stack>
    </DropArea>
  );
}

function FileCard({ file, isAlone }: { readonly file: SendFile; readonly isAlone: boolean }) {
  const { ref, facts, error } = file;
  return (
    <Card label={`File ${ref.name}`}>
      <div className={styles.fileHead}>
        <h2>{ref.name}</h2>
        <span className={styles.quiet}>
          {[formatBytes(ref.sizeBytes), ...(facts === undefined ? [] : describe(facts))].join(
            ' · ',
          )}
        </span>
        <IconButton
          size="small"
          label={`Remove ${ref.name}`}
          icon={<X size={14} />}
          onPress={() => removeFile(ref.handle)}
        />
      </div>
      {error !== undefined ? <ErrorBox error={error} /> : null}
      {facts === undefined && error === undefined ? <Working>Looking at the file</Working> : null}
      {facts?.notices.map((notice) => (
        <Notice key={notice.code} tone={isHarmless(notice.code) ? 'info' : 'warning'}>
          <p>{notice.message}</p>
        </Notice>
      ))}
      {facts !== undefined ? <Sample facts={facts} isOpen={isAlone} /> : null}
    </Card>
  );
}

function isHarmless(code: FileFacts['notices'][number]['code']): boolean {
  return code === 'BOM_REMOVED';
}

const FORMATS = { csv: 'CSV', json: 'JSON', ndjson: 'JSON, a record a line' } as const;
const DELIMITERS = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'vertical bars',
} as const;

function describe(facts: FileFacts): string[] {
  const rows = formatCount(facts.rows, 'row');
  return [
    facts.rowsExact ? rows : `about ${rows}`,
    formatCount(facts.header.length, 'column'),
    facts.format === 'csv' ? `CSV with ${DELIMITERS[facts.delimiter]}` : FORMATS[facts.format],
    facts.encoding.toUpperCase(),
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
