import { expect, test } from "vitest";
import type { BulkAction, JobRow } from "../../../api/types";
import { foresee } from "./foresee";

const ada = { id: "1", role: "member" as const };
const row = (facts: Partial<JobRow>) =>
  ({ status: "SUCCEEDED", archived: false, engine: "local", triggered_by: { id: "1", name: "ada" }, ...facts }) as JobRow;
const done = row({});
const runs = row({ status: "RUNNING" });
const bobs = row({ status: "RUNNING", triggered_by: { id: "2", name: "bob" } });

test.each<[BulkAction, JobRow[], number, string[]]>([
  ["stop", [runs, done, done], 1, ["2 have ended already."]],
  ["stop", [runs, bobs], 1, ["1 was launched by somebody else: only they or an admin may."]],
  ["rerun", [done, runs, row({ engine: "external" })], 1, ["1 has not ended yet.", "1 runs elsewhere and is only tracked here."]],
  ["archive", [done, runs, row({ archived: true })], 1, ["1 has not ended yet.", "1 is archived already."]],
  ["unarchive", [done, row({ archived: true })], 1, ["1 is in the list already."]],
  ["stop", [done], 0, ["It has ended already."]],
])("before one is asked to %s", (action, rows, able, reasons) => {
  expect(foresee(action, rows, ada)).toEqual({ able, reasons });
});

test("an admin may do it to the jobs of others", () => {
  expect(foresee("stop", [runs, bobs], { id: "3", role: "admin" }).able).toBe(2);
});
