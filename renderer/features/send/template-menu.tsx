/** The menu “Template” beside a mapping: save it under a name, take one that was saved, pass one on. */
import { useEffect, useState } from 'react';
import type { ErrorView } from '../../../shared/errors/index.ts';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Menu } from '../../ui/menu.tsx';
import { resetToGuess } from './files.ts';
import { mappingProblems } from './mapping.ts';
import styles from './send.module.css';
import {
  ApplyTemplateDialog,
  ExportTemplateDialog,
  RemoveTemplateDialog,
  RenameTemplateDialog,
  SaveTemplateDialog,
} from './template-dialogs.tsx';
import { importTemplate, useTemplates } from './templates.ts';
import type { MappingGroup } from './wizard.ts';

interface TemplateMenuProps {
  readonly groupKey: string;
  readonly group: MappingGroup;
}

type Open = 'apply' | 'save' | 'rename' | 'export' | 'remove';

export function TemplateMenu({ groupKey, group }: TemplateMenuProps) {
  const [open, setOpen] = useState<Open>();
  const [chosenId, setChosenId] = useState<string>();
  const [importError, setImportError] = useState<ErrorView>();
  const templates = useTemplates();
  const { load } = templates;
  useEffect(() => void load(), [load]);

  const list = templates.value ?? [];
  const columns = group.columns ?? [];
  const close = () => setOpen(undefined);
  const begin = (what: Open, id?: string) => {
    setImportError(undefined);
    setChosenId(id);
    setOpen(what);
  };
  const runImport = async () => {
    setImportError(undefined);
    const imported = await importTemplate();
    if (imported?.ok === true) begin('apply', imported.value.id);
    else setImportError(imported?.error);
  };
  const isNone = list.length === 0;
  const isUnfit = columns.length === 0 || mappingProblems(group.type, columns).length > 0;
  const error = importError ?? templates.error;
  const dialog = { templates: list, chosenId, onClose: close };
  return (
    <>
      <Menu
        label="Template"
        text="Template"
        actions={[
          { name: 'Apply…', run: () => begin('apply'), isDisabled: isNone },
          { name: 'Save as…', run: () => begin('save'), isDisabled: isUnfit },
          { name: 'Rename…', run: () => begin('rename'), isDisabled: isNone },
          { name: 'Export…', run: () => begin('export'), isDisabled: isNone },
          { name: 'Import…', run: () => void runImport() },
          { name: 'Remove…', run: () => begin('remove'), isDisabled: isNone },
          { name: 'Reset to the guess', run: () => void resetToGuess(groupKey) },
        ]}
      />
      {error !== undefined ? (
        <div className={styles.groupError}>
          <ErrorBox error={error} />
        </div>
      ) : null}
      {open === 'apply' ? <ApplyTemplateDialog {...dialog} groupKey={groupKey} /> : null}
      {open === 'save' ? (
        <SaveTemplateDialog {...dialog} mapping={{ type: group.type, columns }} />
      ) : null}
      {open === 'rename' ? <RenameTemplateDialog {...dialog} /> : null}
      {open === 'export' ? <ExportTemplateDialog {...dialog} /> : null}
      {open === 'remove' ? <RemoveTemplateDialog {...dialog} /> : null}
    </>
  );
}
