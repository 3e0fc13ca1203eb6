import { Box, ChartSpline, Database, Images } from "lucide-react";
import type { Target, TargetType } from "../api/types";
import styles from "./ObjectChip.module.css";
import { OrgLink } from "./OrgLink";

const ICON: Record<TargetType, typeof Box> = {
  DATASET_VERSION: Images,
  DATALAKE: Database,
  MODEL_VERSION: Box,
  EXPERIMENT: ChartSpline,
};

const NOUN: Record<TargetType, string> = {
  DATASET_VERSION: "dataset version",
  DATALAKE: "datalake",
  MODEL_VERSION: "model version",
  EXPERIMENT: "experiment",
};

/** An object that a job is about; opens it. */
export function ObjectChip({ target }: { target: Target }) {
  const Icon = ICON[target.type];
  return (
    <OrgLink className={styles.chip} path={target.path} title={`Open ${NOUN[target.type]} ${target.name}`}>
      <Icon size={14} strokeWidth={1.8} aria-hidden="true" />
      <span className={styles.name}>{target.name}</span>
    </OrgLink>
  );
}
