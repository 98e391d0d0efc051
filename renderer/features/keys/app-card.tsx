/** One SDS app: whether the service knows it, its key, and what can be done with it. */
import { useState } from 'react';
import type { SdsApp } from '../../../shared/domain/vault.ts';
import { CopyButton } from '../../bridge/copy-button.tsx';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Fingerprint } from '../../ui/fingerprint.tsx';
import { formatCount, formatMoment } from '../../ui/format.ts';
import { Menu } from '../../ui/menu.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Card, Row } from '../../ui/page.tsx';
import { useTenants } from '../connections/index.ts';
import {
  ExportAppDialog,
  LinkAppDialog,
  RemoveAppDialog,
  RotateAppDialog,
} from './app-confirmations.tsx';
import { keepApp } from './app-store.ts';
import { APP_STATE_WORDS, appAdvice } from './app-words.ts';
import styles from './keys.module.css';

type Open = 'link' | 'rotate' | 'export' | 'remove' | undefined;

export function AppCard({ app }: { readonly app: SdsApp }) {
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const change = useAction((what: 'sds.apps.register' | 'sds.apps.settle') =>
    call(what, { id: app.id }),
  );
  const run = async (what: 'sds.apps.register' | 'sds.apps.settle') => {
    const changed = await change.run(what);
    if (changed !== undefined) keepApp(changed);
  };
  const words = APP_STATE_WORDS[app.state];
  const advice = appAdvice(app);
  return (
    <Card label={`App ${app.name}`}>
      <div className={styles.head}>
        <h3>{app.name}</h3>
        <Badge tone={words.tone}>{words.text}</Badge>
      </div>
      <AppFacts app={app} />
      <details>
        <summary>Public key, as SDS takes it</summary>
        <pre className={styles.publicKey} aria-label={`Public key of ${app.name}`} tabIndex={0}>
          {app.publicKey}
        </pre>
      </details>
      {advice !== undefined ? (
        <Notice tone="warning">
          <p>{advice}</p>
        </Notice>
      ) : null}
      {change.error !== undefined ? <ErrorBox error={change.error} /> : null}
      <Row>
        {app.state === 'new' ? (
          <>
            <Button
              size="small"
              look="primary"
              isPending={change.isBusy}
              onPress={() => void run('sds.apps.register')}
            >
              Register app
            </Button>
            <Button size="small" onPress={() => setOpen('link')}>
              Link…
            </Button>
          </>
        ) : null}
        {app.state === 'rotating' ? (
          <Button
            size="small"
            look="primary"
            isPending={change.isBusy}
            onPress={() => void run('sds.apps.settle')}
          >
            Settle rotation
          </Button>
        ) : null}
        {app.state === 'registered' ? (
          <Button size="small" onPress={() => setOpen('rotate')}>
            Rotate key…
          </Button>
        ) : null}
        <CopyButton text={app.publicKey} label="Copy public key" hasLabel />
        <Menu
          label={`More for ${app.name}`}
          actions={[
            {
              name: app.appId === undefined ? 'Note its app id…' : 'Check its app id…',
              run: () => setOpen('link'),
              isDisabled: app.state === 'rotating',
            },
            { name: 'Export private key…', run: () => setOpen('export') },
            { name: 'Remove…', run: () => setOpen('remove') },
          ]}
        />
      </Row>
      {open === 'link' ? <LinkAppDialog app={app} onClose={close} /> : null}
      {open === 'rotate' ? <RotateAppDialog app={app} onClose={close} /> : null}
      {open === 'export' ? <ExportAppDialog app={app} onClose={close} /> : null}
      {open === 'remove' ? <RemoveAppDialog app={app} onClose={close} /> : null}
    </Card>
  );
}

function AppFacts({ app }: { readonly app: SdsApp }) {
  const tenant = useTenants((state) => state.value?.find(({ id }) => id === app.tenantId));
  return (
    <Facts
      facts={[
        { name: 'Tenant', value: tenant?.name },
        {
          name: 'App id',
          value:
            app.appId === undefined ? undefined : (
              <span className={styles.copyable}>
                <code>{app.appId}</code>
                <CopyButton text={app.appId} label="Copy app id" />
              </span>
            ),
        },
        {
          name: 'Key',
          value: `RSA ${app.bits}, ${formatMoment(app.createdAt)}${
            app.archivedKeys === 0 ? '' : `, ${formatCount(app.archivedKeys, 'older key')} kept`
          }`,
        },
        {
          name: 'SHA-256',
          value: (
            <span className={styles.copyable}>
              <Fingerprint value={app.sha256} />
              <CopyButton text={app.sha256} label="Copy SHA-256 of the public key" />
            </span>
          ),
        },
      ]}
    />
  );
}
