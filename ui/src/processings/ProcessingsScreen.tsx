import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { Blocks } from "lucide-react";
import { processingsQuery } from "../api/processings";
import type { Processing } from "../api/types";
import { Loaded } from "../components/Loaded";
import { plural } from "../components/numbers";
import { OrgLink } from "../components/OrgLink";
import { Screen } from "../components/Screen";
import { State } from "../components/State";
import styles from "./Processings.module.css";
import { targetWord } from "./targets";

/** Every processing that one can launch: those that ship, and the organization's own. */
export function ProcessingsScreen() {
  const { target } = useSearch({ strict: false });
  const query = useQuery(processingsQuery);
  const fits = (one: Processing) => !target || one.target === "DATASET_VERSION";
  return (
    <Screen title="Processings" note={query.data && <span>{plural(query.data.items.length, "processing")}</span>}>
      <Loaded query={query}>
        {({ items }) => {
          const shown = items.filter(fits);
          return shown.length > 0 ? (
            <>
              <Group title="Shipped with Safelight" items={shown.filter((one) => one.is_public)} target={target} />
              <Group title="Of this organization" items={shown.filter((one) => !one.is_public)} target={target} />
            </>
          ) : (
            <State icon={Blocks} title="No processing yet">
              A processing is a folder with a script. Add yours with <code>safelight processing add DIR</code>.
            </State>
          );
        }}
      </Loaded>
    </Screen>
  );
}

function Group({ title, items, target }: { title: string; items: Processing[]; target: string | undefined }) {
  if (items.length === 0) return null;
  return (
    <section className={styles.group}>
      <h2 className={styles.heading}>{title}</h2>
      <ul className={styles.cards}>
        {items.map((one) => (
          <li key={one.id}>
            <OrgLink className={styles.card} path={`/processings/${one.id}${target ? `?target=${target}` : ""}`}>
              <span className={styles.name}>{one.name}</span>
              <span className={styles.text}>{one.description}</span>
              <span className={styles.foot}>
                works on a {targetWord(one.target)} · {plural(Object.keys({ ...one.default_parameters, ...one.parameters }).length, "parameter")}
              </span>
            </OrgLink>
          </li>
        ))}
      </ul>
    </section>
  );
}
