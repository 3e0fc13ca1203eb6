import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Bones } from "./Skeleton";
import { Failed } from "./State";

interface Props<T> {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
  /** What stands there until the answer comes. */
  waiting?: ReactNode;
  small?: boolean;
}

/** The answer of a query, or that it is on its way, or why there is none. */
export function Loaded<T>({ query, children, waiting, small = false }: Props<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError)
    return <Failed error={query.error} retry={() => void query.refetch()} small={small} />;
  return waiting ?? <Bones rows={small ? 3 : 6} />;
}
