/** Adds or edits a schedule. */
import { FolderOpen } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Input } from '../../../shared/contract/api.ts';
import type { Schedule } from '../../../shared/domain/schedule.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Button } from '../../ui/button.tsx';
import { Segments } from '../../ui/choice.tsx';
import { CronFields } from '../../ui/cron-fields.tsx';
import { FormDialog } from '../../ui/dialog.tsx';
import { Checkbox, FieldRow, Select, TextField } from '../../ui/field.tsx';
import { Row } from '../../ui/page.tsx';
import { useConnections } from '../connections/index.ts';
import { useKeys } from '../keys/index.ts';
import { useTemplates } from '../send/index.ts';
import { useSettings } from '../settings/index.ts';
import type { ScheduleDraft } from './draft.ts';
import { GUESS, OWN_MANIFEST, draftOf, inputOf } from './draft.ts';
import styles from './schedules.module.css';
import { useSchedules } from './store.ts';

interface ScheduleDialogProps {
  /** Absent: a new one. */
  readonly schedule?: Schedule;
  readonly onClose: () => void;
}

export function ScheduleDialog({ schedule, onClose }: ScheduleDialogProps) {
  const keys = useKeyChoices();
  const connections = useConnections((state) => state.value) ?? [];
  const clientEmail = useSettings((state) => state.settings.clientEmail);
  const [draft, setDraft] = useState(() =>
    draftOf(schedule, {
      connectionId: connections[0]?.id ?? '',
      key: keys[0]?.value ?? '',
      clientEmail,
    }),
  );
  const [missing, setMissing] = useState<string>();
  const load = useSchedules((state) => state.load);
  const save = useAction((input: Input<'schedules.save'>) => call('schedules.save', input));
  const set = (change: Partial<ScheduleDraft>) => {
    setMissing(undefined);
    setDraft({ ...draft, ...change });
  };
  const submit = async () => {
    const checked = inputOf(draft, schedule);
    if ('missing' in checked) {
      setMissing(checked.missing);
      return;
    }
    if ((await save.run(checked.input)) === undefined) return;
    onClose();
    await load();
  };
  return (
    <FormDialog
      title={schedule === undefined ? 'Add a schedule' : `Edit ${schedule.name}`}
      submitLabel="Save schedule"
      onClose={onClose}
      onSubmit={() => void submit()}
      isBusy={save.isBusy}
      missing={missing}
      error={save.error}
      isWide
    >
      <FolderField draft={draft} set={set} />
      <WhenFields draft={draft} set={set} />
      <FieldRow>
        <Select
          label="Connection"
          value={draft.connectionId}
          options={connections.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(connectionId) => set({ connectionId })}
        />
        <Select label="Key set" value={draft.key} options={keys} onChange={(key) => set({ key })} />
      </FieldRow>
      <ManifestFields draft={draft} set={set} schedule={schedule} />
    </FormDialog>
  );
}

interface FieldsProps {
  readonly draft: ScheduleDraft;
  readonly set: (change: Partial<ScheduleDraft>) => void;
}

function FolderField({ draft, set }: FieldsProps) {
  const choose = useAction(() => call('schedules.chooseFolder', {}));
  const run = async () => {
    const folder = (await choose.run())?.folder;
    if (folder) set({ folder: folder.handle, folderName: folder.name });
  };
  return (
    <>
      <Row>
        <Button icon={<FolderOpen size={14} />} onPress={() => void run()}>
          Choose folder…
        </Button>
        <span className={styles.folder}>
          {draft.folderName === '' ? 'No folder yet' : draft.folderName}
        </span>
      </Row>
      <FieldRow>
        <TextField
          label="Name"
          value={draft.name}
          onChange={(name) => set({ name })}
          placeholder={draft.folderName}
          isOptional
        />
        <TextField
          label="Files"
          value={draft.pattern}
          onChange={(pattern) => set({ pattern })}
          hint="* any text, ? one character, {yyyy-MM-dd} the date, {yyyyMMdd -1d} the day before."
          isMono
        />
      </FieldRow>
    </>
  );
}

function WhenFields({ draft, set }: FieldsProps) {
  return (
    <>
      <Segments
        label="Send"
        value={draft.when}
        options={[
          { value: 'watch', label: 'As files come' },
          { value: 'cron', label: 'By the clock' },
        ]}
        onChange={(when) => set({ when })}
      />
      {draft.when === 'cron' ? (
        <CronFields cron={draft.cron} timeZone={draft.timeZone} onChange={set} />
      ) : null}
    </>
  );
}

function ManifestFields({
  draft,
  set,
  schedule,
}: FieldsProps & { readonly schedule: Schedule | undefined }) {
  const { value: templates, load } = useTemplates();
  useEffect(() => void load(), [load]);
  const isOwn = schedule?.delivery.mapping.kind === 'manifest';
  const mappings = [
    ...(isOwn ? [{ value: OWN_MANIFEST, label: 'As in its manifest' }] : []),
    { value: GUESS, label: 'As last used, else guessed' },
    ...(templates ?? []).map(({ id, name }) => ({ value: id, label: `Template: ${name}` })),
  ];
  return (
    <>
      <FieldRow>
        <Select
          label="Type"
          value={draft.type}
          options={[
            { value: 'event', label: 'Events' },
            { value: 'profile', label: 'Profiles' },
          ]}
          onChange={(type) => set({ type })}
        />
        <Select
          label="Columns"
          value={draft.mapping}
          options={mappings}
          onChange={(mapping) => set({ mapping })}
        />
      </FieldRow>
      <TextField
        label="E-mail"
        type="email"
        value={draft.clientEmail}
        onChange={(clientEmail) => set({ clientEmail })}
        hint="The platform writes to it about each import."
      />
      <Checkbox
        isSelected={draft.acceptRejected}
        onChange={(acceptRejected) => set({ acceptRejected })}
      >
        Send although the platform will reject some rows
      </Checkbox>
      <Checkbox isSelected={draft.convert} onChange={(convert) => set({ convert })}>
        Convert other encodings and delimiters to UTF-8 with commas
      </Checkbox>
    </>
  );
}

/** Each Key ID under which a key set is known. */
function useKeyChoices(): readonly { readonly value: string; readonly label: string }[] {
  const keys = useKeys((state) => state.value) ?? [];
  return keys.flatMap(({ fingerprint, userId, registrations }) =>
    registrations.map(({ keyId }) => ({
      value: `${fingerprint} ${keyId}`,
      label: `${userId}, ${keyId}`,
    })),
  );
}
