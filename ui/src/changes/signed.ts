/** Differences as people read them: +1,204 · −3 · 0. */
import { count } from "../components/numbers";

export const signed = (number: number): string =>
  number === 0 ? "0" : `${number > 0 ? "+" : "−"}${count(Math.abs(number))}`;

/** What became of one picture, in few words. */
export function becameOf(picture: {
  before: { exists: boolean; shapes: readonly unknown[] };
  after: { exists: boolean; shapes: readonly unknown[] };
  tags_on: readonly string[];
  tags_off: readonly string[];
}): string {
  const { before, after } = picture;
  const words = [];
  if (!before.exists && after.exists) words.push("added");
  if (before.exists && !after.exists) words.push("taken out");
  const more = after.shapes.length - before.shapes.length;
  if (more !== 0) words.push(`${signed(more)} ${Math.abs(more) === 1 ? "shape" : "shapes"}`);
  words.push(...picture.tags_on.map((tag) => `+${tag}`), ...picture.tags_off.map((tag) => `−${tag}`));
  return words.join(" · ") || "changed";
}
