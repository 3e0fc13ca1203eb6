/** A label's own colour, or the token that its place in the list of labels gives it. */

import type { Label } from "../api/types";

export const LABEL_COLOURS = 10;

export function colours(labels: readonly Label[]): Map<string, string> {
  return new Map(
    labels.map((label, place) => [label.id, label.color ?? `var(--label-${place % LABEL_COLOURS})`]),
  );
}
