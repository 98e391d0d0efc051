/** Shown in place of everything while the secrets are locked: nothing of what was open is there any more. */
import { Lock, LockOpen } from 'lucide-react';
import type { FormEvent } from 'react';
import { useRef } from 'react';
import type { SecretsState } from '../../../shared/domain/settings.ts';
import { useAction } from '../../bridge/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Quiet } from '../../ui/page.tsx';
import { SecretField, takeSecret } from '../../ui/secret-field.tsx';
import styles from './settings.module.css';
import { useSettings } from './store.ts';

export function LockedScreen({ secrets }: { readonly secrets: SecretsState }) {
  const password = useRef<HTMLInputElement>(null);
  const unlock = useSettings((state) => state.unlock);
  const run = useAction(unlock);
  const asksPassword = secrets.unlockBy !== 'keychain';
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const unlocked = await run.run(asksPassword ? takeSecret(password) : undefined);
    if (unlocked === undefined) password.current?.focus();
  };
  return (
    <main className={styles.locked}>
      <form className={styles.lockedForm} onSubmit={(event) => void submit(event)}>
        <Lock size={32} aria-hidden />
        <h1>Sealift is locked</h1>
        <Quiet>
          Keys, passphrases and values are forgotten until you unlock. What was being sent goes on.
        </Quiet>
        {asksPassword ? (
          <SecretField label="Master password" secretRef={password} isRequired autoFocus />
        ) : (
          <Quiet>The keys lie encrypted in this profile, their key is in {secrets.keychain}.</Quiet>
        )}
        {run.error === undefined ? null : <ErrorBox error={run.error} />}
        <Button
          type="submit"
          look="primary"
          icon={<LockOpen size={14} />}
          isPending={run.isBusy}
          autoFocus={!asksPassword}
        >
          Unlock
        </Button>
      </form>
    </main>
  );
}
