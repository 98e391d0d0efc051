/** The dialogs of the menu “Template”: each is one choice and one action. */
import { useState } from 'react';
import type { Template } from '../../../shared/contract/api.ts';
import type { Mapping } from '../../../shared/domain/data-file.ts';
import { MAX_TEMPLATE_NAME } from '../../../shared/domain/data-file.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { ConfirmDialog, FormDialog } from '../../ui/dialog.tsx';
import { Select, TextField } from '../../ui/field.tsx';
import { formatCount } from '../../ui/format.ts';
import { applyTemplate, useTemplates } from './templates.ts';

interface TemplateDialogProps {
  readonly templates: readonly Template[];
  /** The template to begin with; else the first. */
  readonly chosenId: string | undefined;
  readonly onClose: () => void;
}

export function ApplyTemplateDialog(props: TemplateDialogProps & { readonly groupKey: string }) {
  const choice = useChoice(props);
  const apply = useAction(() => applyTemplate(props.groupKey, choice.template));
  return (
    <FormDialog
      title="Apply a template"
      submitLabel="Apply"
      onClose={props.onClose}
      onSubmit={() => void apply.run().then((done) => done !== undefined && props.onClose())}
      isBusy={apply.isBusy}
      error={apply.error}
    >
      <TemplateSelect {...choice} />
      <p>
        Columns are found by their header. The template replaces the mapping so far; columns that it
        does not know are guessed.
      </p>
    </FormDialog>
  );
}

export function SaveTemplateDialog(props: TemplateDialogProps & { readonly mapping: Mapping }) {
  const [name, setName] = useState('');
  const isTaken = props.templates.some((template) => isSameName(template.name, name));
  const { type, columns } = props.mapping;
  const save = useAction(() =>
    call('templates.save', {
      name: name.trim(),
      mapping: { type, columns: [...columns] },
      replace: isTaken,
    }),
  );
  return (
    <FormDialog
      title="Save the mapping as a template"
      submitLabel={isTaken ? 'Replace template' : 'Save template'}
      onClose={props.onClose}
      onSubmit={() => void save.run().then((saved) => saved !== undefined && finish(props))}
      canSubmit={name.trim() !== ''}
      isBusy={save.isBusy}
      error={save.error}
    >
      <TextField
        label="Name"
        value={name}
        onChange={(text) => setName(text.slice(0, MAX_TEMPLATE_NAME))}
        placeholder="Weekly orders"
        hint={
          isTaken
            ? 'A template has this name already. Saving replaces it.'
            : 'Keeps headers, targets, types and date formats. No values.'
        }
        autoFocus
      />
    </FormDialog>
  );
}

export function RenameTemplateDialog(props: TemplateDialogProps) {
  const choice = useChoice(props);
  const [name, setName] = useState('');
  const { id } = choice.template;
  const isTaken = props.templates.some((one) => one.id !== id && isSameName(one.name, name));
  const rename = useAction(() => call('templates.rename', { id, name: name.trim() }));
  return (
    <FormDialog
      title="Rename a template"
      submitLabel="Rename"
      onClose={props.onClose}
      onSubmit={() => void rename.run().then((done) => done !== undefined && finish(props))}
      canSubmit={name.trim() !== '' && !isTaken}
      isBusy={rename.isBusy}
      error={rename.error}
    >
      <TemplateSelect {...choice} />
      <TextField
        label="New name"
        value={name}
        onChange={(text) => setName(text.slice(0, MAX_TEMPLATE_NAME))}
        problem={isTaken ? 'Another template has this name.' : undefined}
        autoFocus
      />
    </FormDialog>
  );
}

export function ExportTemplateDialog(props: TemplateDialogProps) {
  const choice = useChoice(props);
  const save = useAction(() => call('templates.export', { id: choice.template.id }));
  return (
    <FormDialog
      title="Export a template"
      submitLabel="Export…"
      onClose={props.onClose}
      onSubmit={() => void save.run().then((done) => done !== undefined && props.onClose())}
      isBusy={save.isBusy}
      error={save.error}
    >
      <TemplateSelect {...choice} />
      <p>
        The file holds headers, targets, types and date formats, to share with others. No values.
      </p>
    </FormDialog>
  );
}

export function RemoveTemplateDialog(props: TemplateDialogProps) {
  const choice = useChoice(props);
  const remove = useAction(() => call('templates.remove', { id: choice.template.id }));
  return (
    <ConfirmDialog
      title="Remove a template"
      confirmLabel="Remove template"
      onClose={props.onClose}
      onConfirm={() => void remove.run().then((done) => done !== undefined && finish(props))}
      isBusy={remove.isBusy}
      error={remove.error}
    >
      <TemplateSelect {...choice} />
      <p>Mappings that were made with it stay as they are.</p>
    </ConfirmDialog>
  );
}

interface Choice {
  readonly templates: readonly Template[];
  readonly template: Template;
  readonly onChoose: (id: string) => void;
}

/** The dialogs that choose open only where there is a template. */
function useChoice({ templates, chosenId }: TemplateDialogProps): Choice {
  const [id, setId] = useState(chosenId);
  const template = templates.find((one) => one.id === id) ?? templates[0];
  if (template === undefined) throw new Error('no template to choose from');
  return { templates, template, onChoose: setId };
}

function TemplateSelect({ templates, template, onChoose }: Choice) {
  return (
    <Select
      label="Template"
      value={template.id}
      options={templates.map(({ id, name, type, columns }) => ({
        value: id,
        label: `${name} (${type === 'event' ? 'events' : 'profiles'}, ${formatCount(columns, 'column')})`,
      }))}
      onChange={onChoose}
    />
  );
}

/** Names that differ in case or in blanks around them only are taken for the same. */
function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.trim().toLowerCase();
}

function finish({ onClose }: TemplateDialogProps): void {
  onClose();
  void useTemplates.getState().load();
}
