/** What stands between the user and the secrets of this profile: a banner, and the button that mends it. */
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { SetMasterPasswordDialog } from './master-password-dialog.tsx';
import { useSettings } from './store.ts';

/** The button that sets the first master password; nothing where it is not needed. */
export function SecretsAction() {
  const protection = useSettings((state) => state.secrets?.protection);
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  if (protection === 'none') {
    return (
      <>
        <Button look="primary" icon={<KeyRound size={14} />} onPress={() => setOpen(true)}>
          Set a master password…
        </Button>
        {isOpen ? <SetMasterPasswordDialog onClose={close} /> : null}
      </>
    );
  }
  return null;
}

/** Shown on every place until secrets can be kept and read. */
export function SecretsBanner() {
  const secrets = useSettings((state) => state.secrets);
  if (secrets?.protection === 'none') {
    return (
      <Notice
        tone="warning"
        title="There is no keychain to protect your secrets"
        actions={<SecretsAction />}
      >
        <p>
          {secrets.keychain} does not answer. Sealift keeps no secret unprotected: set a master
          password, or start the keychain and then Sealift again.
        </p>
      </Notice>
    );
  }
  return null;
}
