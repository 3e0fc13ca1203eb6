import { useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import type { JobFilters } from "../../../api/jobs";
import type { SavedView } from "../../../api/types";
import { type Look, useOwnLook } from "../look";
import { filtersOf, isChanged, type ListSearch, lookIn, searchOf } from "./view";

export interface Shown {
  view: SavedView | null;
  filters: JobFilters;
  look: Look;
  isChanged: boolean;
  /** The address with other filters. */
  addressOf: (filters: JobFilters) => ListSearch;
  change: (filters: JobFilters) => void;
  changeLook: (look: Look) => void;
  /** Opens a view as it is kept; null: none. */
  open: (view: string | null) => void;
}

/** What the list shows, and the ways to change that; all of it stands in the address. */
export function useShown(search: ListSearch, view: SavedView | null): Shown {
  const navigate = useNavigate({ from: "/$org/jobs" });
  const [own, changeOwn] = useOwnLook();
  const filters = useMemo(() => filtersOf(search, view), [search, view]);
  const look = useMemo(() => lookIn(search, view, own), [search, view, own]);
  const go = useCallback((next: ListSearch) => void navigate({ search: next, replace: true }), [navigate]);
  const addressOf = useCallback((next: JobFilters) => searchOf(view, next, look, own), [view, look, own]);
  const change = useCallback((next: JobFilters) => go(addressOf(next)), [go, addressOf]);
  return {
    view,
    filters,
    look,
    isChanged: isChanged(search),
    addressOf,
    change,
    changeLook: (next) => (view ? go(searchOf(view, filters, next, own)) : changeOwn(next)),
    open: (id) => void navigate({ search: id ? { view: id } : {} }),
  };
}
