import { Tooltip } from "@mantine/core";
import { useSecond, useSlowly } from "./clock";
import { ago, duration, exact, ticking } from "./times";

/** Time since, with the exact one on hover. */
export function Ago({ at }: { at: string }) {
  const then = Date.parse(at);
  return (
    <Tooltip label={exact(then)}>
      <time dateTime={at}>{ago(then, useSlowly())}</time>
    </Tooltip>
  );
}

interface Span {
  from: string | null;
  to: string | null;
  live: boolean;
}

/** How long something took, or has been taking. */
export function Took({ from, to, live }: Span) {
  if (!from) return <span aria-label="not started">–</span>;
  if (live && !to) return <Ticking from={Date.parse(from)} />;
  return <span>{duration(Date.parse(to ?? from) - Date.parse(from))}</span>;
}

function Ticking({ from }: { from: number }) {
  return <span>{ticking(Math.max(useSecond(), from) - from)}</span>;
}
