/** A table whose head stays while its rows scroll. Rows are given as `<tr>` elements; numbers carry `data-numeric`. */
import type { ReactNode } from 'react';
import styles from './table.module.css';

export interface TableColumn {
  readonly name: string;
  /** Of a column that shows what it is, as one of buttons does: its name is for screen readers. */
  readonly isNameHidden?: boolean;
  readonly isNumeric?: boolean;
  readonly width?: string;
}

interface TableProps {
  readonly label: string;
  readonly columns: readonly TableColumn[];
  readonly children: ReactNode;
}

export function Table({ label, columns, children }: TableProps) {
  return (
    // What scrolls must be reachable by the keyboard. No landmark: its section may be one of the same name.
    <div className={styles.frame} tabIndex={0} role="group" aria-label={label}>
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.name}
                scope="col"
                data-numeric={column.isNumeric === true ? '' : undefined}
                style={column.width === undefined ? undefined : { width: column.width }}
              >
                <span className={column.isNameHidden === true ? 'visually-hidden' : undefined}>
                  {column.name}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
