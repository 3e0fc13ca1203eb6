import type { ReactNode } from "react";
import type { JsonObject } from "../api/types";
import styles from "./Facts.module.css";

/** Names and values beside each other. */
export function Facts({ title, facts, empty }: { title: string; facts: JsonObject; empty?: ReactNode }) {
  const pairs = Object.entries(facts);
  return (
    <section className={styles.facts}>
      <h2 className={styles.title}>{title}</h2>
      {pairs.length === 0 ? (
        <p className={styles.name}>{empty ?? "none"}</p>
      ) : (
        <dl className={styles.list}>
          {pairs.map(([name, value]) => (
            <div key={name}>
              <dt className={styles.name}>{name}</dt>
              <dd className={styles.value}>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
