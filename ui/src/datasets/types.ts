import type { DatasetType } from "../api/types";

const WORDS: Record<DatasetType, string> = {
  NOT_CONFIGURED: "Not configured",
  CLASSIFICATION: "Classification",
  OBJECT_DETECTION: "Object detection",
  SEGMENTATION: "Segmentation",
  KEYPOINT: "Keypoint",
  POINT: "Point",
  LINE: "Line",
  MASK: "Mask",
  MULTI: "Multi",
};

export const DATASET_TYPES = Object.keys(WORDS) as DatasetType[];

export const typeWord = (type: DatasetType): string => WORDS[type];
