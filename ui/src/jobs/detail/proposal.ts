/** What a failure proposes to change, in words. */
import type { Failure } from "../../api/types";
import { bytes } from "../../components/numbers";
import { roughly } from "../../components/times";
import { said } from "../../components/values";

/** batch_size 8 · memory 4 GiB; null: it proposes nothing */
export function proposalText({ parameters = {}, resources = {} }: Failure["proposal"]): string | null {
  const parts = Object.entries(parameters).map(([name, value]) => `${name} ${said(value)}`);
  if (resources.memory != null) parts.push(`memory ${bytes(resources.memory)}`);
  if (resources.timeout_s != null) parts.push(`a timeout of ${roughly(resources.timeout_s)}`);
  return parts.length ? parts.join(", ") : null;
}
