/** Which rows are chosen: some by name, or everything that the filters find. */

export interface Selection {
  jobs: ReadonlySet<string>;
  /** Also what is not shown yet; then `jobs` says nothing. */
  all: boolean;
  /** Where a range begins. */
  anchor: string | null;
}

export const NOTHING: Selection = { jobs: new Set(), all: false, anchor: null };
export const EVERYTHING: Selection = { jobs: new Set(), all: true, anchor: null };

export const isChosen = ({ jobs, all }: Selection, job: string): boolean => all || jobs.has(job);

/** One row more or less. Whoever takes a row out of everything keeps the others that are shown. */
export function toggled({ jobs, all }: Selection, job: string, shown: readonly string[]): Selection {
  const next = new Set(all ? shown : jobs);
  if (!next.delete(job)) next.add(job);
  return { jobs: next, all: false, anchor: job };
}

/** Every row from the one chosen last to this one. */
export function extended(selection: Selection, job: string, shown: readonly string[]): Selection {
  const from = selection.anchor === null ? -1 : shown.indexOf(selection.anchor);
  const to = shown.indexOf(job);
  if (from < 0 || to < 0) return toggled(selection, job, shown);
  const range = shown.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { jobs: new Set([...selection.jobs, ...range]), all: selection.all, anchor: job };
}

/** All rows that are shown, or none if they are all chosen. */
export function toggledShown(selection: Selection, shown: readonly string[]): Selection {
  if (shown.every((job) => isChosen(selection, job))) return NOTHING;
  return { jobs: new Set(shown), all: false, anchor: null };
}
