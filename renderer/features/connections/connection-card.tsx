/** One connection: where it leads, how it logs in, which host key is trusted, and a test of all three. */
import { useState } from 'react';
import { isTrusted } from '../../../shared/domain/connection.ts';
import type { Connection } from '../../../shared/domain/connection.ts';
import { jumpsText } from '../../../shared/domain/jump-hosts.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Card, Row } from '../../ui/page.tsx';
import { AccountKeysDialog } from './account-keys-dialog.tsx';
import { ForgetHostKeyDialog, RemoveConnectionDialog } from './connection-confirmations.tsx';
import { ConnectionDialog } from './connection-dialog.tsx';
import { LeftBehindDialog } from './left-behind-dialog.tsx';
import { habitWords, identityWords } from './connection-words.ts';
import { ConnectionTest, HostKeyText } from './connection-test.tsx';
import styles from './connections.module.css';
import { addressOf } from './test-words.ts';

export function ConnectionCard({ connection }: { readonly connection: Connection }) {
  const [open, setOpen] = useState<'edit' | 'forget' | 'keys' | 'left-behind' | 'remove'>();
  const close = () => setOpen(undefined);
  const { hostKey, id } = connection;
  const save = useAction(() => call('connections.savePublicKey', { id }));
  const copy = useAction(() => copyPublicKey(id));
  return (
    <Card label={`Connection ${connection.name}`}>
      <div className={styles.head}>
        <h3>{connection.name}</h3>
        {connection.practice ? <Badge tone="info">Practice</Badge> : null}
        {isTrusted(connection) ? null : <Badge tone="warning">Host key not trusted yet</Badge>}
      </div>
      <Facts
        facts={[
          { name: 'Address', value: addressOf(connection), isMono: true },
          { name: 'Login', value: identityWords(connection) },
          {
            name: 'Jump hosts',
            value: connection.jumps.length === 0 ? undefined : jumpsText(connection.jumps),
            isMono: true,
          },
          {
            name: 'Host key',
            value:
              hostKey === undefined ? 'Shown by the first test' : <HostKeyText hostKey={hostKey} />,
          },
          { name: 'Console', value: connection.console?.url },
          { name: 'Options', value: habitWords(connection.habits) },
        ]}
      />
      <ConnectionTest connection={connection} />
      {save.error !== undefined ? <ErrorBox error={save.error} /> : null}
      {copy.error !== undefined ? <ErrorBox error={copy.error} /> : null}
      {connection.practice ? null : (
        <Row>
          <Button size="small" onPress={() => setOpen('edit')}>
            Edit…
          </Button>
          <Menu
            label={`More for ${connection.name}`}
            actions={[
              {
                name: 'Forget the host key…',
                run: () => setOpen('forget'),
                isDisabled: hostKey === undefined,
              },
              {
                name: 'Copy public SSH key',
                run: () => void copy.run(),
              },
              {
                name: 'Save public SSH key…',
                run: () => void save.run(),
              },
              {
                name: 'Keys on the server…',
                run: () => setOpen('keys'),
                isDisabled: connection.console === undefined,
              },
              {
                name: 'Unfinished files on the server…',
                run: () => setOpen('left-behind'),
                isDisabled: !isTrusted(connection),
              },
              { name: 'Remove…', run: () => setOpen('remove') },
            ]}
          />
        </Row>
      )}
      {open === 'edit' ? (
        <ConnectionDialog connection={connection} onClose={close} onDone={close} />
      ) : null}
      {open === 'keys' ? <AccountKeysDialog connection={connection} onClose={close} /> : null}
      {open === 'left-behind' ? <LeftBehindDialog connection={connection} onClose={close} /> : null}
      {open === 'forget' ? (
        <ForgetHostKeyDialog connection={connection} onClose={close} onForgotten={close} />
      ) : null}
      {open === 'remove' ? (
        <RemoveConnectionDialog connection={connection} onClose={close} />
      ) : null}
    </Card>
  );
}

/** For the platform: where there is no console, its people register the key. */
async function copyPublicKey(id: string): ReturnType<typeof call<'app.copyText'>> {
  const key = await call('connections.publicKey', { id });
  return key.ok ? call('app.copyText', { text: key.value.publicLine }) : key;
}
