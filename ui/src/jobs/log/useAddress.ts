import { useLocation, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";

/** Lines that the address names: #L12 or #L12-L20. */
export interface Lines {
  from: number;
  to: number;
}

export function linesOf(hash: string): Lines | null {
  const found = /^L(\d+)(?:-L?(\d+))?$/.exec(hash);
  if (!found) return null;
  const [first, last] = [Number(found[1]), Number(found[2] ?? found[1])];
  return first && last ? { from: Math.min(first, last), to: Math.max(first, last) } : null;
}

export const hashOf = ({ from, to }: Lines): string => (from === to ? `L${from}` : `L${from}-L${to}`);

/** The lines in the address, and how to name others there. */
export function useAddress(): [Lines | null, (lines: Lines) => void] {
  const { hash } = useLocation();
  const navigate = useNavigate();
  const name = useCallback(
    (lines: Lines) => void navigate({ to: ".", search: true as never, hash: hashOf(lines), replace: true, hashScrollIntoView: false }),
    [navigate],
  );
  return [useMemo(() => linesOf(hash), [hash]), name];
}
