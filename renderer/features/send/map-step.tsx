/** Step 2, Map: where each column goes, and the address that the platform writes to. */
import { useState } from 'react';
import type { ImportType } from '../../../shared/domain/manifest.ts';
import { Segments } from '../../ui/choice.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { TextField } from '../../ui/field.tsx';
import { formatCount } from '../../ui/format.ts';
import { Quiet, Row, Stack } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { changeType, leaveOut } from './files.ts';
import { groupKeyOf, isEmail, mappingProblems } from './mapping.ts';
import { MappingTable } from './mapping-table.tsx';
import styles from './send.module.css';
import { patch, useSend } from './store.ts';
import { LeftOut } from './left-out.tsx';
import { TemplateMenu } from './template-menu.tsx';
import type { MappingGroup, SendFile } from './wizard.ts';

const TYPES: readonly { value: ImportType; label: string }[] = [
  { value: 'profile', label: 'Profiles' },
  { value: 'event', label: 'Events' },
];

export function MapStep() {
  const groups = useSend((state) => state.groups);
  const keys = Object.keys(groups);
  return (
    <Stack>
      <LeftOut />
      <ClientEmail />
      {keys.map((key) => (
        <GroupMapping key={key} groupKey={key} isAlone={keys.length === 1} />
      ))}
    </Stack>
  );
}

function ClientEmail() {
  const email = useSend((state) => state.clientEmail);
  const [isLeft, setLeft] = useState(false);
  const isWrong = email === '' ? isLeft : isLeft && !isEmail(email);
  return (
    <div className={styles.email} onBlur={() => setLeft(true)}>
      <TextField
        label="E-mail for the platform’s mails"
        type="email"
        value={email}
        onChange={(clientEmail) => patch({ clientEmail })}
        placeholder="data@example.com"
        hint="Told when a file is picked up, imported or failed."
        problem={
          isWrong ? 'One valid address; without it the platform gives no answer at all.' : undefined
        }
      />
    </div>
  );
}

interface GroupMappingProps {
  readonly groupKey: string;
  readonly isAlone: boolean;
}

/** The mapping that all files with one header share. */
function GroupMapping({ groupKey, isAlone }: GroupMappingProps) {
  const group = useSend((state) => state.groups[groupKey]);
  const files = useSend((state) => state.files);
  if (group === undefined) return null;
  const mine = files.filter(
    (file) => file.facts !== undefined && groupKeyOf(file.facts) === groupKey,
  );
  const names = named(mine.map((file) => file.ref.name));
  const sample = mine[0]?.facts?.sample ?? [];
  return (
    <section className={styles.group} aria-label={`Mapping of ${names}`}>
      <div className={styles.groupHead}>
        <Segments
          label="Rows are"
          value={group.type}
          options={TYPES}
          onChange={(type) => void changeType(groupKey, type)}
        />
        <div className={styles.groupName}>
          <Quiet>
            {isAlone && mine.length === 1
              ? names
              : `${formatCount(mine.length, 'file')} with this header: ${names}`}
          </Quiet>
        </div>
        <TemplateMenu groupKey={groupKey} group={group} />
      </div>
      <p className={styles.quiet} role="status">
        {group.note}
      </p>
      {group.error !== undefined ? <ErrorBox error={group.error} /> : null}
      {isAlone ? null : <OtherHeader group={group} files={mine} />}
      {group.columns === undefined && group.error === undefined ? (
        <Working>Guessing from names and values</Working>
      ) : null}
      {group.columns?.length === 0 ? (
        <Quiet>Its records say their own types. There is nothing to map.</Quiet>
      ) : null}
      {group.columns !== undefined && group.columns.length > 0 ? (
        <MappingTable
          groupKey={groupKey}
          type={group.type}
          columns={group.columns}
          sample={sample}
        />
      ) : null}
    </section>
  );
}

interface OtherHeaderProps {
  readonly group: MappingGroup;
  readonly files: readonly SendFile[];
}

/** Files of another kind among many need not keep the others: they can be left out here. */
function OtherHeader({ group, files }: OtherHeaderProps) {
  const { type, columns } = group;
  const isFine =
    group.error === undefined &&
    (columns === undefined || columns.length === 0 || mappingProblems(type, columns).length === 0);
  if (isFine) return null;
  const why = 'Its columns are others than those of the files that were sent.';
  return (
    <Row>
      <Button onPress={() => leaveOut(files.map(({ ref }) => ({ handle: ref.handle, why })))}>
        {files.length === 1 ? 'Leave this file out' : `Leave these ${files.length} files out`}
      </Button>
    </Row>
  );
}

/** How many names stand in one line before the rest is counted. */
const NAMED = 3;

function named(names: readonly string[]): string {
  const more = names.length - NAMED;
  const shown = names.slice(0, NAMED).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}
