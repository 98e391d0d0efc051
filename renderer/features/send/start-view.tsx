/** The first thing that a new user sees: where files go in, and how to try it without an account. */
import { Check, FileUp, FolderOpen } from 'lucide-react';
import { useAction } from '../../bridge/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Page, Quiet } from '../../ui/page.tsx';
import { StartPractice, usePractice } from '../practice/index.ts';
import { TryVaults } from '../vaults/index.ts';
import { DropArea } from './drop-area.tsx';
import { addSample, chooseFiles } from './files.ts';
import { choosePractice } from './practice-choice.ts';
import styles from './send.module.css';
import { useSend } from './store.ts';

const done = { ok: true, value: undefined } as const;

export function StartView() {
  const addErrors = useSend((state) => state.addErrors);
  const choosing = useAction(() => chooseFiles().then(() => done));
  return (
    <Page title="Send">
      <div className={styles.start}>
        <div className={styles.startMain}>
          <DropArea isProminent onClick={() => void choosing.run()}>
            <FileUp size={40} strokeWidth={1.5} aria-hidden />
            <p className={styles.dropTitle}>Drop CSV or JSON files here</p>
            <Quiet>
              One or many, or paste them. They are sealed on this computer before they leave it.
            </Quiet>
            <Button
              look="primary"
              icon={<FolderOpen size={14} />}
              isPending={choosing.isBusy}
              onPress={() => void choosing.run()}
            >
              Choose files…
            </Button>
          </DropArea>
          {addErrors.map((error, index) => (
            <ErrorBox key={index} error={error} />
          ))}
        </div>
        <TryIt />
      </div>
    </Page>
  );
}

function TryIt() {
  const isRunning = usePractice((state) => state.practice.state === 'running');
  const isChosen = useSend((state) => state.connectionId !== undefined);
  const practice = usePractice((state) => state.practice);
  const sampling = useAction(() => addSample().then(() => done));
  const isReady = isRunning && isChosen;
  return (
    <aside className={styles.tryIt} aria-label="Try it">
      <h2>Try it without an account</h2>
      <p>
        A practice server comes with Sealift. It takes your file as the platform would, opens and
        imports it, and shows you the mails. Nothing leaves this computer.
      </p>
      {isReady ? (
        <div className={styles.ready} role="status">
          <Check size={16} aria-hidden />
          <span>
            The practice server is running. Its key, Key ID and destination are chosen: add a file
            and walk on.
          </span>
        </div>
      ) : isRunning ? (
        <Button onPress={() => choosePractice(practice)}>Practice</Button>
      ) : (
        <StartPractice label="Practice" isWide onRunning={choosePractice} />
      )}
      <hr className={styles.rule} />
      <h3>No file at hand?</h3>
      <Quiet>A small CSV of made-up orders, of the kind that the platform takes.</Quiet>
      <Button
        look={isReady ? 'primary' : 'secondary'}
        isPending={sampling.isBusy}
        onPress={() => void sampling.run()}
      >
        Use the sample
      </Button>
      <hr className={styles.rule} />
      <h3>Here for vaults?</h3>
      <Quiet>
        A vault of made-up records on the practice server, opened with a key of your own.
      </Quiet>
      <TryVaults />
    </aside>
  );
}
