import type { ReactNode } from "react";
import { OrgLink } from "./OrgLink";
import styles from "./Rows.module.css";

export interface Column<T> {
  title: string;
  cell: (row: T) => ReactNode;
  number?: boolean;
}

interface Props<T> {
  label: string;
  rows: readonly T[];
  columns: Column<T>[];
}

/** A list of objects, one a row; on a phone each row is a small card. */
export function Rows<T extends { id: string }>({ label, rows, columns }: Props<T>) {
  return (
    <table className={styles.rows} aria-label={label}>
      <thead>
        <tr>
          {columns.map(({ title, number }) => (
            <th key={title} scope="col" data-number={number || undefined}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            {columns.map(({ title, cell, number }, index) => (
              <td key={title} data-label={index > 0 ? title : undefined} data-number={number || undefined}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The name of an object, which opens it, and what is said of it below. */
export function Named({ name, path, under }: { name: string; path: string; under?: ReactNode }) {
  return (
    <>
      <OrgLink className={styles.name} path={path}>
        {name}
      </OrgLink>
      {under && <div className={styles.under}>{under}</div>}
    </>
  );
}
