/** Versions as a family: each fork stands below the version that it was made from, one step further in. */

import type { Version } from "../api/types";

export interface Member {
  version: Version;
  /** How many versions of the same dataset it descends from. */
  depth: number;
}

/** In the order in which they are shown; among the forks of one version, as they were given. */
export function family(versions: readonly Version[]): Member[] {
  const here = new Set(versions.map(({ id }) => id));
  const parent = ({ forked_from }: Version) => (forked_from && here.has(forked_from.id) ? forked_from.id : null);
  const below = (id: string | null, depth: number): Member[] =>
    versions
      .filter((version) => parent(version) === id)
      .flatMap((version) => [{ version, depth }, ...below(version.id, depth + 1)]);
  return below(null, 0);
}
