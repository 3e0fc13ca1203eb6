import { expect, test } from "vitest";
import { jobSearch } from "../detail/search";
import { addressOf, type Shown, shownOf } from "./useShown";

test.each<Shown>([
  { stream: null, q: "", regex: false, section: null },
  { stream: "stderr", q: "(oops|lost)", regex: true, section: 0 },
])("what is shown is read back from its address: %o", (shown) => {
  expect(shownOf(jobSearch({ ...addressOf(shown) }))).toEqual(shown);
});

test("an address with strange values shows the whole log", () => {
  const strange = { stream: "sideways", q: "", regex: "perhaps", section: "-1" };
  expect(shownOf(jobSearch(strange))).toEqual({ stream: null, q: "", regex: false, section: null });
});
