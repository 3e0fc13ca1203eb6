import { useQuery } from "@tanstack/react-query";
import { changeQuery } from "../api/changes";
import type { Change } from "../api/types";
import { Loaded } from "../components/Loaded";
import { Numbers } from "./Numbers";
import { Pictures } from "./Pictures";

/** A change in full: its numbers, and its pictures before and after. */
export function ChangeBody({ change }: { change: Change }) {
  return (
    <>
      {change.numbers ? <Numbers numbers={change.numbers} /> : <Counted change={change} />}
      <Pictures change={change} />
    </>
  );
}

/** Lists leave large changes uncounted; asked for by itself it is counted, once. */
function Counted({ change }: { change: Change }) {
  const query = useQuery(changeQuery(change.id));
  return (
    <Loaded query={query} small>
      {({ numbers }) => numbers && <Numbers numbers={numbers} />}
    </Loaded>
  );
}
