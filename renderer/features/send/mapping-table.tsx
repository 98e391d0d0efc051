/** A column a row: its header, three of its values, where it goes, and as what. */
import { memo, useMemo, useState } from 'react';
import type { MappingColumn } from '../../../shared/domain/data-file.ts';
import type { DataType, DateFormat, ImportType } from '../../../shared/domain/manifest.ts';
import { DATA_TYPES, DATE_FORMATS } from '../../../shared/domain/manifest.ts';
import { Button } from '../../ui/button.tsx';
import { ComboBox } from '../../ui/combo-box.tsx';
import { Select } from '../../ui/field.tsx';
import { formatCount } from '../../ui/format.ts';
import { Notice } from '../../ui/notice.tsx';
import { Table } from '../../ui/table.tsx';
import type { MappingProblem } from './mapping.ts';
import { mappingProblems, suggestionsFor } from './mapping.ts';
import styles from './send.module.css';
import { patchGroup, useSend } from './store.ts';

/** Each row has live controls: a file with thousands of columns shows them a page at a time. */
const ROWS_A_PAGE = 60;

const HEAD = [
  { name: 'Column', width: '18%' },
  { name: 'Values', width: '16%' },
  { name: 'Target', width: '22%' },
  { name: 'Type', width: '132px' },
  { name: 'Notes' },
];

interface MappingTableProps {
  readonly groupKey: string;
  readonly type: ImportType;
  readonly columns: readonly MappingColumn[];
  readonly sample: readonly (readonly string[])[];
}

export function MappingTable({ groupKey, type, columns, sample }: MappingTableProps) {
  const [shown, setShown] = useState(ROWS_A_PAGE);
  const problems = useMemo(() => mappingProblems(type, columns), [type, columns]);
  const general = problems.filter((problem) => problem.index === undefined);
  const hidden = columns.length - shown;
  return (
    <>
      {general.map((problem) => (
        <Notice key={problem.message} tone="error" title={problem.message} />
      ))}
      <Table label="Mapping" columns={HEAD}>
        {columns.slice(0, shown).map((column, index) => (
          <ColumnRow
            key={index}
            groupKey={groupKey}
            type={type}
            column={column}
            index={index}
            values={sample
              .map((row) => row[index] ?? '')
              .filter((value) => value !== '')
              .slice(0, 3)
              .join('\n')}
            problem={problems.find((candidate) => candidate.index === index)}
          />
        ))}
      </Table>
      {hidden > 0 ? (
        <Button onPress={() => setShown(shown + ROWS_A_PAGE)}>
          Show more of {formatCount(hidden, 'hidden column')}
        </Button>
      ) : null}
    </>
  );
}

interface ColumnRowProps {
  readonly groupKey: string;
  readonly type: ImportType;
  readonly column: MappingColumn;
  readonly index: number;
  /** A value a line: one string, so that an unchanged row is not drawn again. */
  readonly values: string;
  readonly problem: MappingProblem | undefined;
}

const ColumnRow = memo(function ColumnRow(props: ColumnRowProps) {
  const { groupKey, type, column, index, values, problem } = props;
  const name = column.header === '' ? `Column ${index + 1}` : column.header;
  const suggestions = useMemo(() => suggestionsFor(type, column.header), [type, column.header]);
  const change = (part: Partial<MappingColumn>) => changeColumn(groupKey, index, part);
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className={styles.values}>{values}</td>
      <td>
        <ComboBox
          label={`Target of ${name}`}
          value={column.target}
          onChange={(target) => {
            if (target !== column.target) change({ target });
          }}
          groups={suggestions}
          placeholder={column.header}
          isInvalid={problem?.field === 'target'}
        />
      </td>
      <td>
        <div className={styles.types}>
          <Select<DataType>
            label={`Type of ${name}`}
            hideLabel
            isCompact
            value={column.dataType}
            options={TYPE_OPTIONS}
            onChange={(dataType) => change({ dataType })}
          />
          {column.dataType === 'DATE' ? (
            <Select<DateFormat | ''>
              label={`Date format of ${name}`}
              hideLabel
              isCompact
              value={column.dateFormat ?? ''}
              options={FORMAT_OPTIONS}
              onChange={(format) => change({ dateFormat: format === '' ? undefined : format })}
            />
          ) : null}
        </div>
      </td>
      <td>
        {problem !== undefined ? <p className={styles.problem}>{problem.message}</p> : null}
        {problem === undefined && column.reason !== undefined ? (
          <p className={styles.reason}>{column.reason}</p>
        ) : null}
      </td>
    </tr>
  );
});

const TYPE_OPTIONS = DATA_TYPES.map((value) => ({ value, label: value }));
const FORMAT_OPTIONS = [
  { value: '' as const, label: 'Choose a format' },
  ...DATE_FORMATS.map((value) => ({
    value,
    label: value === 'UNIX' ? 'UNIX (epoch seconds)' : value,
  })),
];

/** A choice of the user's own has no reason beside it any more. */
function changeColumn(groupKey: string, index: number, part: Partial<MappingColumn>): void {
  const columns = useSend.getState().groups[groupKey]?.columns;
  if (columns === undefined) return;
  patchGroup(groupKey, {
    columns: columns.map((column, at) => {
      if (at !== index) return column;
      const { reason: _reason, dateFormat, ...kept } = { ...column, ...part };
      return kept.dataType === 'DATE' && dateFormat !== undefined ? { ...kept, dateFormat } : kept;
    }),
  });
}
