/** How pages ask for any place of a long list, of whatever it is. */

/** Keys from `first` down to `last`, and how many things stand between. */
export type Stretch = readonly [first: number, last: number, number: number];

/** One step of the way through a list. `left`: things that were not looked at yet. */
export interface PlacesStep {
  items: readonly Stretch[];
  next: number | null;
  left: number;
}

export interface Cut {
  stretches: string[];
  skip: number;
  limit: number;
}
