/** What of a gallery stands in its address; a picture's own has it too, to go on within the same filter. */

import { type FilterSearch, filterSearch } from "./filters";
import { type LookSearch, lookSearch } from "./look";

export interface GallerySearch extends FilterSearch, LookSearch {
  /** The place that is seen first. */
  at?: string | undefined;
}

export const gallerySearch = (raw: Record<string, unknown>): GallerySearch => ({
  ...filterSearch(raw),
  ...lookSearch(raw),
  at: /^\d{1,9}$/.test(String(raw["at"])) ? String(raw["at"]) : undefined,
});

