import { CircleCheck, ImageOff, Scan, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { ImportCheck } from "../api/types";
import { count, plural } from "../components/numbers";
import styles from "./CheckReport.module.css";

const FORMATS: Record<string, string> = {
  coco: "COCO",
  yolo: "YOLO",
  voc: "Pascal VOC",
  cvat: "CVAT",
  labelme: "LabelMe",
  via: "VIA",
};

const PLURALS: Record<string, string> = { keypoints: "keypoints" };

/** What an import would do: how much of what, and everything that one may want to mend first. */
export function CheckReport({ check }: { check: ImportCheck }) {
  const { pictures, labels, shapes, outside, bad } = check;
  const without = pictures.unknown - pictures.unknown_with_file;
  return (
    <section className={styles.report} aria-label="What the import would do">
      <dl className={styles.figures}>
        <Figure name="Pictures" value={pictures.total}>
          {count(pictures.in_version)} here, {count(pictures.in_datalake)} in the datalake
          {pictures.unknown_with_file > 0 && `, ${count(pictures.unknown_with_file)} in the file`}
        </Figure>
        <Figure name="Shapes" value={shapes.total}>
          {Object.entries(shapes.by_kind).map(([kind, number]) => plural(number, kind, PLURALS[kind])).join(", ") || "none"}
        </Figure>
        <Figure name="Labels" value={labels.known_total + labels.missing_total}>
          {count(labels.known_total)} known, {count(labels.missing_total)} {labels.create ? "new" : "missing"}
        </Figure>
        <Figure name="Bad records" value={bad.total} bad={bad.total > 0}>
          {bad.total ? "listed below" : "none"}
        </Figure>
      </dl>
      <p className={styles.effect}>
        <strong>{FORMATS[check.format] ?? check.format}</strong>. {effectOf(check)}
      </p>
      <Names names={[...labels.missing].map(({ name, shapes }) => `${name} (${count(shapes)})`)} total={labels.missing_total} title={labels.create ? "New labels" : "Labels that the version lacks"} />
      <Listed icon={ImageOff} total={without} title={`${plural(without, "picture")} without a file`} lines={pictures.unknown_first} />
      <Listed icon={Scan} total={outside.total} title={`${plural(outside.total, "box", "boxes")} out of the picture`} lines={outside.first} />
      <Listed
        icon={TriangleAlert}
        total={bad.total}
        title={plural(bad.total, "bad record")}
        lines={bad.first.map(({ where, reason }) => `${where}: ${reason}`)}
        bad
      />
      {!bad.total && !outside.total && !without && (
        <p className={styles.good}>
          <CircleCheck size={15} aria-hidden="true" /> Nothing to mend.
        </p>
      )}
    </section>
  );
}

function effectOf({ effect }: ImportCheck): string {
  if (!effect.annotated) return "None of the pictures says something yet.";
  const there = `${plural(effect.annotated, "picture")} with ${plural(effect.shapes_there, "shape")}`;
  if (effect.mode === "replace") return `${there} would lose them.`;
  return effect.mode === "keep" ? `${there} would stay as they are.` : `${there} would get more.`;
}

function Figure({ name, value, bad = false, children }: { name: string; value: number; bad?: boolean; children: ReactNode }) {
  return (
    <div className={styles.figure} data-bad={bad || undefined}>
      <dt>{name}</dt>
      <dd className={styles.value}>{count(value)}</dd>
      <dd className={styles.more}>{children}</dd>
    </div>
  );
}

function Names({ title, names, total }: { title: string; names: string[]; total: number }) {
  if (!total) return null;
  const shown = names.slice(0, 12);
  return (
    <p className={styles.names}>
      {title}: {shown.join(", ")}
      {total > shown.length && ` and ${count(total - shown.length)} more`}
    </p>
  );
}

interface ListedProps {
  icon: typeof ImageOff;
  title: string;
  total: number;
  lines: string[];
  bad?: boolean;
}

function Listed({ icon: Icon, title, total, lines, bad = false }: ListedProps) {
  if (!total) return null;
  return (
    <details className={styles.listed} data-bad={bad || undefined} open={bad}>
      <summary>
        <Icon size={15} aria-hidden="true" /> {title}
      </summary>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
        {total > lines.length && <li>and {count(total - lines.length)} more</li>}
      </ul>
    </details>
  );
}
