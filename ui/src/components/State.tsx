import { Button } from "@mantine/core";
import { CloudOff, EyeOff, type LucideIcon, MapPinOff, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError } from "../api/client";
import styles from "./State.module.css";

interface Props {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  small?: boolean;
  /** Nothing else stands on the page: this is its heading. */
  page?: boolean;
}

/** What stands where content would be: an empty screen, a failure, a closed door. */
export function State({ icon: Icon, title, children, action, small = false, page = false }: Props) {
  const Title = page ? "h1" : "h2";
  return (
    <section className={styles.state} data-small={small || undefined}>
      <span className={styles.lamp}>
        <Icon size={small ? 20 : 26} strokeWidth={1.5} aria-hidden="true" />
      </span>
      <Title className={styles.title}>{title}</Title>
      {children && <div className={styles.text}>{children}</div>}
      {action && <div className={styles.action}>{action}</div>}
    </section>
  );
}

/** A failed request, said in the words that fit it. */
export function Failed({ error, retry, small = false, page = false }: { error: unknown; retry?: () => void; small?: boolean; page?: boolean }) {
  const status = error instanceof ApiError ? error.status : -1;
  const message = error instanceof Error ? error.message : String(error);
  if (status === 404)
    return (
      <State icon={MapPinOff} title="There is nothing here" small={small} page={page}>
        It may have been removed, or it belongs to another organization.
      </State>
    );
  if (status === 403)
    return (
      <State icon={EyeOff} title="This is not for your role" small={small} page={page}>
        {message} An admin of the organization can change your role.
      </State>
    );
  return (
    <State
      icon={status === 0 ? CloudOff : TriangleAlert}
      title={status === 0 ? "No connection to Safelight" : "That did not work"}
      small={small}
      page={page}
      action={retry && <Button onClick={retry}>Try again</Button>}
    >
      {message}
    </State>
  );
}
