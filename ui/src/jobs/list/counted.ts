/** Numbers of jobs, which are exact only up to a limit. */
import type { JobCounts, JobType } from "../../api/types";
import { count } from "../../components/numbers";

export const isExact = ({ types, exact_below }: JobCounts, type: JobType | undefined): boolean =>
  exact_below === null || types[type ?? "ALL"] < exact_below;

/** 1,204 · 10,000+ */
export const counted = (counts: JobCounts, type: JobType | undefined): string =>
  `${count(counts.types[type ?? "ALL"])}${isExact(counts, type) ? "" : "+"}`;
