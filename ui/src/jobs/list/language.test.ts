import { expect, test } from "vitest";
import cases from "../../../../tests/domain/job_queries.json?raw";
import type { JobFilters } from "../../api/jobs";
import { read } from "./filters";

// The server is tested with the same cases: tests/domain/test_jobquery.py.
test.each(JSON.parse(cases) as [string, JobFilters][])("%s means to the page what it means to the server", (text, filters) => {
  expect(read(text, {}).filters).toEqual(filters);
});
