/** Versions as a family: each stands below the version that its content came from first, one step further in. */

import type { Version } from "../api/types";

export interface Member {
  version: Version;
  /** How many versions of the same dataset it descends from. */
  depth: number;
}

/** In the order in which they are shown; among the children of one version, as they were given: newest first. */
export function family(versions: readonly Version[]): Member[] {
  const place = new Map(versions.map(({ id }, index) => [id, index]));
  // What came of a younger version makes nobody its child: two that copy from each other have no circle.
  const parent = ({ id, origins }: Version) =>
    origins.flatMap(({ sources }) => sources).find((source) => (place.get(source.id) ?? -1) > (place.get(id) ?? 0))?.id ??
    null;
  const below = (id: string | null, depth: number): Member[] =>
    versions
      .filter((version) => parent(version) === id)
      .flatMap((version) => [{ version, depth }, ...below(version.id, depth + 1)]);
  return below(null, 0);
}
