import type { Ref } from "../api/types";
import { useSession } from "../api/session";
import styles from "./Person.module.css";

/** Who did it: initials on the person's own ground, and the name. */
export function Person({ user }: { user: Ref }) {
  const me = useSession().user.id === user.id;
  return (
    <span className={styles.person} title={user.name}>
      <Initials name={user.name} />
      <span className={styles.name}>{me ? "you" : user.name}</span>
    </span>
  );
}

export function Initials({ name, size = 22 }: { name: string; size?: number }) {
  return (
    <span
      className={styles.initials}
      aria-hidden="true"
      style={{ width: size, height: size, fontSize: size * 0.43, background: `var(--who-${ground(name)})` }}
    >
      {initials(name)}
    </span>
  );
}

export function initials(name: string): string {
  const words = name.split(/[\s._@-]+/).filter(Boolean);
  const [first = "?", second] = words;
  return (second ? first.charAt(0) + second.charAt(0) : first.slice(0, 2)).toUpperCase();
}

function ground(name: string): number {
  let sum = 2166136261;
  for (const letter of name) sum = Math.imul(sum ^ (letter.codePointAt(0) ?? 0), 16777619) >>> 0;
  return (sum >>> 8) % 7;
}
