import { useNavigate, useParams } from "@tanstack/react-router";
import { useCallback } from "react";
import { parseSearch } from "../search";

function apart(org: string, path: string): { to: string; search: never } {
  const [before = "", query = ""] = path.split("?", 2);
  // a path by name has no types for what stands in its query
  return { to: `/${org}${before}`, search: parseSearch(query) as never };
}

/** Where a page path of this organization leads, as "/processings?target=…". */
export function useOrgPath(path: string): { to: string; search: never } {
  const { org = "" } = useParams({ strict: false });
  return apart(org, path);
}

/** Opens a page path of this organization, as "/jobs/…". */
export function useOpen(): (path: string) => void {
  const { org = "" } = useParams({ strict: false });
  const navigate = useNavigate();
  return useCallback((path: string) => void navigate(apart(org, path)), [navigate, org]);
}
