/** A table whose head stays while its rows scroll. Rows are given as `<tr>` elements; numbers carry `data-numeric`. */
import type { ReactNode } from 'react';
import styles from './table.module.css';

export interface TableColumn {
  readonly name: string;
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
    // A region that scrolls must be reachable by the keyboard.
    <div className={styles.frame} tabIndex={0} role="region" aria-label={label}>
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
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
