/** The practice server in Settings: start and stop, its addresses, and its mail. */
import { Square } from 'lucide-react';
import { useEffect } from 'react';
import { useAction } from '../../bridge/use-action.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Card, Quiet, Section, Stack } from '../../ui/page.tsx';
import { MailList } from './mail-list.tsx';
import styles from './practice.module.css';
import { StartPractice } from './start-practice.tsx';
import { usePractice, usePracticeMails } from './store.ts';

const STATE_BADGES = {
  stopped: { tone: 'neutral', text: 'Stopped' },
  starting: { tone: 'info', text: 'Starting' },
  running: { tone: 'success', text: 'Running' },
  failed: { tone: 'error', text: 'Failed' },
} as const;

export function PracticePanel() {
  const practice = usePractice((state) => state.practice);
  const stop = usePractice((state) => state.stop);
  const stopping = useAction(async () => {
    await stop();
    return { ok: true as const, value: undefined };
  });
  const badge = STATE_BADGES[practice.state];
  const isRunning = practice.state === 'running';
  return (
    <Section title="Practice server" actions={<Badge tone={badge.tone}>{badge.text}</Badge>}>
      <Card>
        <Quiet>
          The backend that comes with Sealift. It takes files over SFTP, opens and imports them as
          the platform would, and sends its mail to nobody but you. Only this computer reaches it.
        </Quiet>
        {isRunning ? (
          <Stack>
            <Facts
              facts={[
                { name: 'SFTP', value: practice.sftpAddress, isMono: true },
                { name: 'Console', value: practice.httpUrl, isMono: true },
                { name: 'Account', value: practice.account, isMono: true },
              ]}
            />
            <div className={styles.head}>
              <Button
                icon={<Square size={14} />}
                isPending={stopping.isBusy}
                onPress={() => void stopping.run()}
              >
                Stop the practice server
              </Button>
            </div>
          </Stack>
        ) : (
          <StartPractice label="Start the practice server" />
        )}
      </Card>
      {isRunning ? <PracticeMail /> : null}
    </Section>
  );
}

function PracticeMail() {
  const { value: mails, error, load } = usePracticeMails();
  useEffect(() => void load(), [load]);
  return (
    <Section
      title="Its mail"
      actions={
        <Button size="small" onPress={() => void load()}>
          Look again
        </Button>
      }
    >
      {error !== undefined ? <ErrorBox error={error} /> : null}
      {mails?.length === 0 ? <Quiet>No mail yet.</Quiet> : null}
      {mails !== undefined && mails.length > 0 ? <MailList mails={mails} /> : null}
    </Section>
  );
}
