/** Writes a new record, or changes one: what is changed is shown as a difference before it is sent. */
import { useEffect, useState } from 'react';
import type { Input } from '../../../shared/contract/api.ts';
import type { RevealedRecord, SdsVault } from '../../../shared/domain/vault.ts';
import { whyNot } from '../../../shared/domain/vault.ts';
import type { Result } from '../../../shared/errors/index.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Blocked } from '../../ui/blocked.tsx';
import { Segments } from '../../ui/choice.tsx';
import { FormDialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { TextArea } from '../../ui/field.tsx';
import { Quiet } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { DiffView } from './diff-view.tsx';
import type { RecordsStore } from './record-state.ts';
import { base64Problem, hexToBase64, metaProblem, prettyMeta } from './value-text.ts';

type Form = 'text' | 'base64';

/** A record's content as it is written down. */
interface Draft {
  readonly form: Form;
  readonly content: string;
  readonly meta: string;
}

const EMPTY: Draft = { form: 'text', content: '', meta: '' };

interface RecordEditorProps {
  readonly records: RecordsStore;
  readonly app: string;
  readonly vault: SdsVault;
  /** Absent: a new one. */
  readonly id?: string;
  readonly onClose: () => void;
}

export function RecordEditor(props: RecordEditorProps) {
  const { id, vault } = props;
  if (id === undefined) return <Editor {...props} before={undefined} />;
  if (whyNot(vault, 'read') === undefined) return <LoadedEditor {...props} id={id} />;
  return <Editor {...props} before={undefined} />;
}

/** Reads the record first, so that it is changed and not replaced blindly. */
function LoadedEditor(props: RecordEditorProps & { readonly id: string }) {
  const { app, vault, id, onClose } = props;
  const [record, setRecord] = useState<RevealedRecord>();
  const { run, error } = useAction(() =>
    call('sds.records.reveal', { app, vault: vault.name, ids: [id], raw: false }),
  );
  useEffect(() => {
    void run().then((found) => setRecord(found?.[0]));
  }, [run]);
  const before = record === undefined ? undefined : draftOf(record);
  const failure = error ?? record?.error;
  if (before !== undefined) return <Editor {...props} before={before} />;
  return (
    <FormDialog
      title="Edit record"
      submitLabel="Edit"
      onClose={onClose}
      onSubmit={onClose}
      canSubmit={false}
      isWide
    >
      {failure !== undefined ? (
        <ErrorBox error={failure} />
      ) : record === undefined ? (
        <Working>Reading the record</Working>
      ) : (
        <Blocked>
          The value is too long to be shown whole, so it cannot be edited here. Export the record,
          change it, and import it again.
        </Blocked>
      )}
    </FormDialog>
  );
}

/** Undefined where the value is not there whole. */
function draftOf({ value, meta }: RevealedRecord): Draft | undefined {
  if (value === undefined || value.isCut) return undefined;
  return {
    ...(value.text === undefined
      ? { form: 'base64', content: hexToBase64(value.hex) }
      : { form: 'text', content: value.text }),
    meta: prettyMeta(meta),
  };
}

interface EditorProps extends RecordEditorProps {
  readonly before: Draft | undefined;
}

function Editor({ records, app, vault, id, before, onClose }: EditorProps) {
  const [draft, setDraft] = useState(before ?? EMPTY);
  const [isReviewing, setReviewing] = useState(false);
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const save = useAction(() => send(app, vault.name, id, before, draft));
  const changes = { value: hasOtherValue(before, draft), meta: before?.meta !== draft.meta };
  const isChanged = before === undefined || changes.value || changes.meta;
  const problems = {
    value: draft.form === 'base64' ? base64Problem(draft.content) : undefined,
    meta: metaProblem(draft.meta),
  };
  const isFine = problems.value === undefined && problems.meta === undefined;
  const isEditing = before !== undefined && !isReviewing;
  const submit = async () => {
    if (isEditing) {
      setReviewing(true);
      return;
    }
    if ((await save.run()) === undefined) return;
    if (id === undefined) void records.getState().reload();
    else await showAnew(records, app, vault.name, id);
    onClose();
  };
  return (
    <FormDialog
      title={id === undefined ? `New record in ${vault.name}` : 'Edit record'}
      submitLabel={
        isEditing ? 'Review changes' : id === undefined ? 'Store record' : 'Save changes'
      }
      onClose={onClose}
      onSubmit={() => void submit()}
      canSubmit={isFine && isChanged}
      isBusy={save.isBusy}
      error={save.error}
      isWide
    >
      {before !== undefined && isReviewing ? (
        <Review
          before={before}
          draft={draft}
          changes={changes}
          onBack={() => setReviewing(false)}
        />
      ) : (
        <>
          {id !== undefined && before === undefined ? (
            <Quiet>
              This app may write but not read here: what you enter replaces the record unseen.
            </Quiet>
          ) : null}
          <Segments
            label="Value is"
            value={draft.form}
            options={[
              { value: 'text', label: 'Text' },
              { value: 'base64', label: 'Bytes in base64' },
            ]}
            onChange={(form) => change({ form })}
          />
          <TextArea
            label="Value"
            rows={8}
            value={draft.content}
            onChange={(content) => change({ content })}
            problem={problems.value}
          />
          <TextArea
            label="Metadata"
            isOptional
            rows={4}
            value={draft.meta}
            onChange={(meta) => change({ meta })}
            hint="JSON. The service does not encrypt it for readers: put nothing secret here."
            problem={problems.meta}
          />
        </>
      )}
    </FormDialog>
  );
}

interface ReviewProps {
  readonly before: Draft;
  readonly draft: Draft;
  readonly changes: { readonly value: boolean; readonly meta: boolean };
  readonly onBack: () => void;
}

function Review({ before, draft, changes, onBack }: ReviewProps) {
  return (
    <DiffView
      parts={[
        ...(changes.value ? [{ name: 'Value', before: before.content, after: draft.content }] : []),
        ...(changes.meta ? [{ name: 'Metadata', before: before.meta, after: draft.meta }] : []),
      ]}
      onBack={onBack}
    />
  );
}

function hasOtherValue(before: Draft | undefined, draft: Draft): boolean {
  return before === undefined || before.content !== draft.content || before.form !== draft.form;
}

/** Sends what is new: all of a new record, the changed parts of another. */
function send(
  app: string,
  vault: string,
  id: string | undefined,
  before: Draft | undefined,
  draft: Draft,
): Promise<Result<unknown>> {
  const value: Input<'sds.records.create'>['value'] = {
    form: draft.form,
    content: draft.form === 'base64' ? draft.content.trim() : draft.content,
  };
  const meta = draft.meta.trim();
  if (id === undefined) {
    return call('sds.records.create', { app, vault, value, ...(meta === '' ? {} : { meta }) });
  }
  const isOtherMeta = before === undefined ? meta !== '' : before.meta !== draft.meta;
  return call('sds.records.update', {
    app,
    recordId: id,
    ...(hasOtherValue(before, draft) ? { value } : {}),
    // Emptied metadata is stored as null: an update cannot leave it out.
    ...(isOtherMeta ? { meta: meta === '' ? 'null' : meta } : {}),
  });
}

/** The list shows the record as it is now. */
async function showAnew(records: RecordsStore, app: string, vault: string, id: string) {
  const result = await call('sds.records.open', { app, vault, ids: [id] });
  const opened = result.ok ? result.value[0] : undefined;
  const { changed } = records.getState();
  const moment = new Date().toISOString();
  changed(id, { updatedAt: moment, ...(opened === undefined ? {} : { meta: opened.meta }) });
}
