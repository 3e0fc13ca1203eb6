const WORDS: Record<string, string> = {
  DATASET_VERSION: "dataset version",
  DATALAKE: "datalake",
  MODEL_VERSION: "model version",
};

export const targetWord = (target: string): string => WORDS[target] ?? target.toLowerCase();
