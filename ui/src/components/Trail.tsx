import { Fragment } from "react";
import { OrgLink } from "./OrgLink";
import styles from "./Trail.module.css";

/** Where this page is: each step opens the page above. */
export function Trail({ steps }: { steps: { name: string; path: string }[] }) {
  return (
    <nav aria-label="Breadcrumb" className={styles.trail}>
      {steps.map(({ name, path }, index) => (
        <Fragment key={path}>
          {index > 0 && <span aria-hidden="true">/</span>}
          <OrgLink path={path}>{name}</OrgLink>
        </Fragment>
      ))}
    </nav>
  );
}
