/** Step 1, Files: what each file is, what was noticed in it, how it is to be read, and the order of sending. */
import { ArrowDownAZ, FilePlus } from 'lucide-react';
import { useAction } from '../../bridge/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { formatBytes, formatCount, formatNumber } from '../../ui/format.ts';
import { Notice } from '../../ui/notice.tsx';
import { Row, Stack } from '../../ui/page.tsx';
import { Progress } from '../../ui/progress.tsx';
import { openAlike } from './conversion.ts';
import { ConversionActions } from './file-conversion.tsx';
import { DropArea } from './drop-area.tsx';
import { FileCard } from './file-card.tsx';
import { addSample, chooseFiles, sortFiles } from './files.ts';
import { LeaveOutFaulty, LeftOut } from './left-out.tsx';
import styles from './send.module.css';
import { useSend } from './store.ts';

const done = { ok: true, value: undefined } as const;

export function FilesStep() {
  const files = useSend((state) => state.files);
  const addErrors = useSend((state) => state.addErrors);
  const choosing = useAction(() => chooseFiles().then(() => done));
  return (
    <DropArea>
      <Stack>
        {addErrors.map((error, index) => (
          <ErrorBox key={index} error={error} />
        ))}
        <Looking />
        <LeaveOutFaulty step="files" />
        <LeftOut />
        <Alike />
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
          {files.length > 1 ? <Summary /> : null}
        </Row>
        <ol className={styles.files} aria-label="Files, in the order in which they are sent">
          {files.map((file, index) => (
            <li key={file.ref.handle}>
              <FileCard file={file} index={index} count={files.length} />
            </li>
          ))}
        </ol>
      </Stack>
    </DropArea>
  );
}

/** All files together, and how to order them. */
function Summary() {
  const files = useSend((state) => state.files);
  const bytes = files.reduce((sum, { ref, facts }) => sum + (facts?.sizeBytes ?? ref.sizeBytes), 0);
  const rows = files.reduce((sum, { facts }) => sum + (facts?.rows ?? 0), 0);
  const isExact = files.every(({ facts }) => facts?.rowsExact !== false);
  return (
    <>
      <Button icon={<ArrowDownAZ size={14} />} onPress={sortFiles}>
        Sort by name
      </Button>
      <span className={styles.quiet} role="status">
        {[
          formatCount(files.length, 'file'),
          formatBytes(bytes),
          isExact ? formatCount(rows, 'row') : `about ${formatCount(rows, 'row')}`,
        ].join(' · ')}
        , sent in this order
      </span>
    </>
  );
}

/** Fifty files take a moment to look at. */
function Looking() {
  const files = useSend((state) => state.files);
  const looked = files.filter(({ facts, error }) => facts ?? error).length;
  if (files.length < 2 || looked === files.length) return null;
  return (
    <Progress
      label="Looking at the files"
      detail={`${formatNumber(looked)} of ${formatNumber(files.length)}`}
      done={looked}
      total={files.length}
    />
  );
}

/** One choice for all files that differ in the same way. */
function Alike() {
  const files = useSend((state) => state.files);
  return openAlike(files).map(({ title, handles, conversion }) => (
    <Notice
      key={title}
      tone="warning"
      title={title}
      actions={<ConversionActions handles={handles} conversion={conversion} />}
    >
      <p>{conversion.offer}</p>
    </Notice>
  ));
}
