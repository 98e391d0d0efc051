/** Vaults for a newcomer: the practice server, an app, and a vault with made-up records, by real calls. */
import { FlaskConical } from 'lucide-react';
import { useState } from 'react';
import type { SdsApp } from '../../../shared/domain/vault.ts';
import type { ErrorView, Result } from '../../../shared/errors/index.ts';
import { useNavigation } from '../../bridge/navigation.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Stack } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { useTenants } from '../connections/index.ts';
import { useApps } from '../keys/index.ts';
import { usePractice } from '../practice/index.ts';
import { SAMPLE_RECORDS } from './sample-records.ts';
import { useVaults } from './store.ts';

type Tell = (step: string) => void;

export function TryVaults() {
  const [step, setStep] = useState('');
  const go = useNavigation((state) => state.go);
  const tried = useAction(() => tryVaults(setStep));
  const run = async () => {
    const app = await tried.run();
    if (app === undefined) return;
    await Promise.all([useTenants.getState().load(), useApps.getState().load()]);
    useVaults.getState().chooseApp(app.id);
    go('vaults');
  };
  return (
    <Stack>
      <div>
        <Button
          icon={<FlaskConical size={14} />}
          isPending={tried.isBusy}
          onPress={() => void run()}
        >
          Try Vaults
        </Button>
      </div>
      {tried.isBusy ? <Working>{step}</Working> : null}
      {tried.error === undefined ? null : <ErrorBox error={tried.error} />}
    </Stack>
  );
}

const failed = (error: ErrorView): Result<never> => ({ ok: false, error });

/** An app of the practice tenant that sees vaults; made, with a vault of its own, where there is none yet. */
async function tryVaults(tell: Tell): Promise<Result<SdsApp>> {
  tell('Starting the practice server. The first time takes a moment.');
  const practice = await usePractice.getState().start();
  if (practice.error !== undefined) return failed(practice.error);
  const tenants = await call('sds.tenants.list', {});
  if (!tenants.ok) return tenants;
  const tenant = tenants.value.find((one) => one.practice);
  if (tenant === undefined)
    return failed({ code: 'PRACTICE_NOT_RUNNING', params: {}, retry: 'user' });
  const apps = await call('sds.apps.list', {});
  if (!apps.ok) return apps;
  const known = apps.value.find((app) => app.tenantId === tenant.id && app.state !== 'new');
  if (known !== undefined) return { ok: true, value: known };
  return furnish(tenant.id, tell);
}

async function furnish(tenantId: string, tell: Tell): Promise<Result<SdsApp>> {
  // Names are never given twice: another profile may have tried before.
  const suffix = crypto.randomUUID().slice(0, 4);
  tell('Making a key and registering the app');
  const made = await call('sds.apps.make', { tenantId, name: `practice-${suffix}`, bits: 2048 });
  if (!made.ok) return made;
  const app = await call('sds.apps.register', { id: made.value.id });
  if (!app.ok) return app;
  tell('Making a vault and storing made-up records');
  const vault = await call('sds.vaults.make', {
    app: app.value.id,
    name: `customers-${suffix}`,
    readLimit: 50,
    uniqueData: false,
    isStrict: false,
    permissions: [],
  });
  if (!vault.ok) return vault;
  for (const { value, meta } of SAMPLE_RECORDS) {
    const stored = await call('sds.records.create', {
      app: app.value.id,
      vault: vault.value.name,
      value: { form: 'text', content: JSON.stringify(value) },
      meta: JSON.stringify(meta),
    });
    if (!stored.ok) return stored;
  }
  return app;
}
