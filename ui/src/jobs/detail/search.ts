export const JOB_TABS = ["log", "what", "timeline", "result"] as const;
export type JobTab = (typeof JOB_TABS)[number];
