import { ActionIcon, Tooltip } from "@mantine/core";
import { Check, Copy as CopyIcon } from "lucide-react";
import { useCopied } from "./copied";

/** Copies `text`; `what` names it for everybody who cannot see it. */
export function Copy({ text, what }: { text: string; what: string }) {
  const [copied, copy] = useCopied();
  const label = copied ? "Copied" : `Copy ${what}`;
  return (
    <Tooltip label={label}>
      <ActionIcon size={24} aria-label={label} onClick={() => copy(text)}>
        {copied ? <Check size={14} aria-hidden="true" /> : <CopyIcon size={14} aria-hidden="true" />}
      </ActionIcon>
    </Tooltip>
  );
}
