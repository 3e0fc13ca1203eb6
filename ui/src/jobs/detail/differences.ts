/** What one run was given that the run before it was not, in a few words. */
import type { JsonObject, Resources, Run } from "../../api/types";
import { bytes } from "../../components/numbers";
import { roughly } from "../../components/times";
import { said } from "../../components/values";

type Given = Pick<Run, "parameters" | "inputs" | "resources">;

export function differences(run: Given, before: Given | undefined): string[] {
  if (!before) return [];
  return [
    ...changed(run.resources, before.resources),
    ...changedValues(run.parameters, before.parameters),
    ...changedValues(run.inputs, before.inputs),
  ].slice(0, 3);
}

function changed(now: Resources, before: Resources): string[] {
  const words: string[] = [];
  if (now.memory !== before.memory) words.push(now.memory ? bytes(now.memory) : "no memory limit");
  if (now.cpu !== before.cpu) words.push(now.cpu ? `${now.cpu} CPU` : "no CPU limit");
  if (now.gpu !== before.gpu) words.push(`${now.gpu ?? 0} GPU`);
  if (now.timeout_s !== before.timeout_s) words.push(now.timeout_s ? `at most ${roughly(now.timeout_s)}` : "no time limit");
  return words;
}

function changedValues(now: JsonObject, before: JsonObject): string[] {
  return Object.entries(now)
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]))
    .map(([name, value]) => `${name} ${said(value)}`);
}
