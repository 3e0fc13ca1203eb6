import type { RefObject } from "react";
import { type KeyTable, useKeys } from "../../components/keys";

export interface ListActions {
  filter: () => void;
  /** Undefined: this person may not choose rows. */
  pick: ((job: string, range: boolean) => void) | undefined;
  clear: (() => void) | undefined;
  /** Asks whether to run again what is chosen, else this job. */
  rerun: ((job: string | undefined) => void) | undefined;
}

/** The keys of the list. The row that has the focus is the one that they are about. */
export function useListKeys(list: RefObject<HTMLElement | null>, { filter, pick, clear, rerun }: ListActions): void {
  const withJob = (act: (job: string) => void) => () => {
    const job = focused()?.dataset["job"];
    if (job) act(job);
  };
  const table: KeyTable = {
    title: "Jobs",
    bindings: [
      { keys: ["/"], says: "Search", act: () => document.querySelector<HTMLElement>("[data-search]")?.focus() },
      { keys: ["f"], says: "Filter", act: filter },
      { keys: ["j"], says: "Next job", act: () => step(list.current, 1) },
      { keys: ["k"], says: "Previous job", act: () => step(list.current, -1) },
      { keys: ["o"], says: "Open", act: () => linkOf(focused())?.click() },
      ...(pick && clear
        ? [
            { keys: ["x"], says: "Select, or not", act: withJob((job) => pick(job, false)) },
            { keys: ["X"], says: "Select from the last one to here", act: withJob((job) => pick(job, true)) },
            { keys: ["Escape"], says: "Select nothing", act: clear },
          ]
        : []),
      ...(rerun ? [{ keys: ["r"], says: "Re-run, after asking", act: () => rerun(focused()?.dataset["job"]) }] : []),
    ],
  };
  useKeys(table);
}

const ROW = "[role=row][data-job]";

const focused = (): HTMLElement | null => document.activeElement?.closest<HTMLElement>(ROW) ?? null;

const linkOf = (row: HTMLElement | null | undefined) => row?.querySelector<HTMLAnchorElement>("[data-job-link]");

function step(list: HTMLElement | null, by: number): void {
  const rows = [...(list?.querySelectorAll<HTMLElement>(ROW) ?? [])];
  const now = rows.findIndex((row) => row === focused());
  const next = rows[now < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, now + by))];
  linkOf(next)?.focus({ focusVisible: true, preventScroll: true } as FocusOptions);
  next?.scrollIntoView({ block: "nearest" });
}
