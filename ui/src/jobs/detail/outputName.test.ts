import { describe, expect, it } from "vitest";
import { ApiError } from "../../api/client";
import { renamed, takenName } from "./outputName";

const refusal = (detail: unknown, code = "name_taken") => new ApiError(409, code, "taken", detail);

describe("a refused re-run", () => {
  it("asks for another name where its output exists", () => {
    const taken = takenName(refusal({ field: "inputs.target_version_name", proposal: "rotated-2" }));
    expect(taken).toEqual({ place: "inputs", key: "target_version_name", proposal: "rotated-2" });
    expect(taken && renamed(taken, "mine")).toEqual({ inputs: { target_version_name: "mine" } });
  });

  it.each([
    [refusal({ run_id: "1" }, "live_run")],
    [refusal(null)],
    [refusal({ field: "elsewhere.name", proposal: "x" })],
    [new Error("offline")],
    [null],
  ])("asks nothing for another reason", (error) => {
    expect(takenName(error)).toBeNull();
  });
});
