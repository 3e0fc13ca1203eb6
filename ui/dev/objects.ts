/** Datasets, experiments, processings and the datalake of the pretended server. */
import { type Answer, type Call, ok } from "./plugin.ts";
import { before } from "./seed.ts";

const list = (items: unknown[]) => ok({ items, next: null });
const YOU = { id: "u-you", name: "ada" };
const LABELS = [
  { id: "l-1", name: "apple", color: null, shapes: 612004 },
  { id: "l-2", name: "leaf", color: null, shapes: 198211 },
  { id: "l-3", name: "branch", color: null, shapes: 49786 },
];
const version = (id: string, name: string, more: object = {}) => ({
  id, name, dataset: { id: "d-apples", name: "apples" }, type: "OBJECT_DETECTION", description: "Two rows of Elstar, bloom to harvest",
  asset_count: 118287, locked: null, forked_from: null, created_at: before(86400 * 3), created_by: YOU, ...more,
});
const SPRING = version("v-spring", "spring-2026", { forked_from: { id: "v-3", name: "v3", dataset: { id: "d-apples", name: "apples" } } });
const LIMITS = { cpu: 2, memory: 4 * 2 ** 30, gpu: 0, timeout_s: 7200 };
const PROCESSING = {
  id: "pr-1", name: "augmentation", target: "DATASET_VERSION", type: "DATA_AUGMENTATION", description: "Rotates, flips and blurs pictures together with their shapes",
  is_public: true, source: { kind: "package", package: "71f85b93c2d4" }, default_parameters: {}, resources: LIMITS, created_at: before(86400 * 20),
  parameters: {
    angle: { type: "integer", default: 45, min: 0, max: 360, help: "degrees, clockwise" },
    blur: { type: "boolean", default: true, help: "blur every second copy" },
    mode: { type: "choice", default: "reflect", choices: ["reflect", "constant"], help: "what fills the corners" },
  },
  inputs: [{ name: "target_version_name", type: "TEXT", required: true }],
};
const EXPERIMENT = {
  id: "e-sweep", name: "rtdetr-lr-sweep-3", status: "RUNNING", project: { id: "p-orchard", name: "orchard" },
  base_model_version: { id: "mv-1", name: "v1", model: { id: "m-1", name: "rtdetr" }, launchable: true },
  parameters: { epochs: 50, lr: 0.0001, batch: 16 }, parameter_rules: { epochs: { type: "integer", default: 50, min: 1, max: 500 } },
  datasets: [{ alias: "train", version: { id: "v-spring", name: "spring-2026", dataset: { id: "d-apples", name: "apples" } } }],
  artifacts: [{ id: "a-1", name: "best", filename: "best.onnx", size: 81_203_114, url: null }],
  metrics: [
    { name: "loss", type: "LINE", points: 120, last: 0.412, updated_at: before(12) },
    { name: "mAP", type: "LINE", points: 120, last: 0.61, updated_at: before(12) },
  ],
  created_at: before(86400), created_by: YOU,
};

export function answerObjects({ path: [noun, id, verb, more] }: Call): Answer {
  switch (noun) {
    case "datasets":
      return id
        ? ok({ id, name: "apples", description: "Orchard pictures", created_at: before(864000), versions: [SPRING, version("v-3", "v3", { locked: { by: YOU, at: before(9000) } })] })
        : list([
            { id: "d-apples", name: "apples", description: "Orchard pictures, bloom to harvest", created_at: before(864000), versions: 4, latest_version: { id: "v-spring", name: "spring-2026", type: "OBJECT_DETECTION", asset_count: 118287 } },
            { id: "d-drone", name: "drone", description: "", created_at: before(86400 * 40), versions: 1, latest_version: { id: "v-raw", name: "raw", type: "NOT_CONFIGURED", asset_count: 12000 } },
          ]);
    case "versions":
      return verb === "assets" ? list(Array.from({ length: 24 }, (_, index) => asset(index))) : ok({ ...SPRING, id, labels: LABELS, shape_count: 860001, annotated_count: 117266 });
    case "projects":
      return id
        ? ok({ id, name: "orchard", description: "Counting apples before harvest", created_at: before(86400 * 30), experiments: [EXPERIMENT, { ...EXPERIMENT, id: "e-base", name: "baseline", status: "SUCCESS" }] })
        : list([{ id: "p-orchard", name: "orchard", description: "Counting apples before harvest", created_at: before(86400 * 30), experiments: 2 }]);
    case "experiments":
      return verb === "metrics" ? ok({ name: more, type: "LINE", points: Array.from({ length: 120 }, (_, position) => ({ position, value: 2 / (1 + position / 18) + Math.sin(position) / 30, at: null })), data: null }) : ok({ ...EXPERIMENT, id });
    case "processings":
      return id ? ok(PROCESSING) : list([PROCESSING, { ...PROCESSING, id: "pr-2", name: "tiler", is_public: false, description: "Cuts large captures into tiles" }]);
    case "datalakes":
      return verb === "data" ? list(Array.from({ length: 12 }, (_, index) => ({ ...asset(index), size: 482_113, created_at: before(index * 500) }))) : list([{ id: "l-default", name: "default", data_count: 130287 }]);
    case "trainings":
      return list([{ id: "mv-1", name: "v1", model: "rtdetr", description: "RT-DETR from transformers", parameters: {}, is_public: true }]);
    case "models":
      return ok({ id: more, name: "v1", model: { id: "m-1", name: "rtdetr" }, description: "RT-DETR from transformers", launchable: true });
    default:
      return undefined;
  }
}

function asset(index: number) {
  const picture = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300"><rect width="400" height="300" fill="hsl(${90 + index * 4} 24% ${18 + (index % 5) * 6}%)"/><circle cx="${90 + index * 7}" cy="150" r="46" fill="hsl(${8 + index * 3} 62% 48%)"/><circle cx="280" cy="${100 + index * 4}" r="38" fill="hsl(24 70% 46%)"/></svg>`)}`;
  const x = 44 + index * 7;
  return {
    id: `as-${index}`, data_id: `da-${index}`, filename: `row_${String(index).padStart(4, "0")}.jpg`, width: 400, height: 300, status: "DONE", thumbnail: picture, url: picture, tags: index % 3 ? [] : ["bloom"],
    shapes: [
      { id: `s-${index}-1`, kind: "rectangle", label: { id: "l-1", name: "apple" }, geometry: [x, 104, 92, 92] },
      { id: `s-${index}-2`, kind: "polygon", label: { id: "l-2", name: "leaf" }, geometry: [[[240, 70 + index * 4], [322, 80 + index * 4], [310, 150 + index * 4], [246, 142 + index * 4]]] },
    ],
  };
}
