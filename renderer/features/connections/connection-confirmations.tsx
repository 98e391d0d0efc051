/** The two actions on a connection that need a second thought: forgetting its host key, and removing it. */
import type { Connection } from '../../../shared/domain/connection.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { keepConnection, useConnections } from './store.ts';

interface ForgetHostKeyDialogProps {
  readonly connection: Connection;
  readonly onClose: () => void;
  readonly onForgotten: () => void;
}

export function ForgetHostKeyDialog(props: ForgetHostKeyDialogProps) {
  const { connection, onClose, onForgotten } = props;
  const forget = useAction(() => call('connections.forgetHostKey', { id: connection.id }));
  const confirm = async () => {
    const changed = await forget.run();
    if (changed === undefined) return;
    keepConnection(changed);
    onForgotten();
    onClose();
  };
  return (
    <ConfirmDialog
      title={`Forget the host key of ${connection.host}`}
      confirmLabel="Forget host key"
      typed={connection.host}
      onClose={onClose}
      onConfirm={() => void confirm()}
      isBusy={forget.isBusy}
      error={forget.error}
    >
      <p>
        The next test shows the server’s key as if for the first time, and you compare it again
        {connection.jumps.length === 0 ? '' : ', and so it does with those of the jump hosts'}.
        Forget it only when the platform confirmed that the key was replaced.
      </p>
    </ConfirmDialog>
  );
}

interface RemoveConnectionDialogProps {
  readonly connection: Connection;
  readonly onClose: () => void;
}

export function RemoveConnectionDialog({ connection, onClose }: RemoveConnectionDialogProps) {
  const load = useConnections((state) => state.load);
  const remove = useAction(() => call('connections.remove', { id: connection.id }));
  const confirm = async () => {
    if ((await remove.run()) === undefined) return;
    await load();
    onClose();
  };
  return (
    <ConfirmDialog
      title={`Remove ${connection.name}`}
      confirmLabel="Remove connection"
      onClose={onClose}
      onConfirm={() => void confirm()}
      isBusy={remove.isBusy}
      error={remove.error}
    >
      <p>
        Its address, its pinned host key and its kept passphrase, password and token are deleted
        from this computer. Files that were sent stay where they are, and so do their receipts.
      </p>
    </ConfirmDialog>
  );
}
