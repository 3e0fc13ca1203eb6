import { Modal } from "@mantine/core";
import { Fragment, useState, useSyncExternalStore } from "react";
import styles from "./KeyMap.module.css";
import { boundKeys, mapOf, namesOf, useKeys } from "./keys";

const EVERYWHERE = "Everywhere";

/** Every key that means something on this page, on `?`. What is shown is what is bound. */
export function KeyMap() {
  const [open, setOpen] = useState(false);
  useKeys({ title: EVERYWHERE, bindings: [{ keys: ["?"], says: "Show the keys", act: () => setOpen(true) }] });
  return (
    <Modal opened={open} onClose={() => setOpen(false)} title="Keys" size={720}>
      {open && <Parts />}
    </Modal>
  );
}

function Parts() {
  const bound = useSyncExternalStore(boundKeys.watch, boundKeys.read);
  const map = mapOf(bound.map((table) => table()));
  const parts = [...map].sort(([one], [other]) => Number(one === EVERYWHERE) - Number(other === EVERYWHERE));
  return (
    <div className={styles.parts}>
      {parts.map(([title, rows]) => (
        <section key={title} className={styles.part}>
          <h3 className={styles.title}>{title}</h3>
          <dl>
            {[...rows].map(([says, keys]) => (
              <div key={says} className={styles.row}>
                <dt>{says}</dt>
                <dd className={styles.keys}>
                  {keys.map((key, place) => (
                    <Fragment key={key}>
                      {place > 0 && <span className={styles.or}>or</span>}
                      <Key name={key} />
                    </Fragment>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}

/** One key, as it stands on the keyboard. */
export function Key({ name }: { name: string }) {
  return namesOf(name).map((each) => (
    <kbd key={each} className={styles.key}>
      {each}
    </kbd>
  ));
}

/** For those who do not know that `?` shows the keys. */
export function AllKeys() {
  return (
    <button type="button" className={styles.all} onClick={() => boundKeys.do("?")}>
      <Key name="?" /> all keys
    </button>
  );
}
