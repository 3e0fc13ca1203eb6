import { useNavigate, useParams } from "@tanstack/react-router";
import { useCallback } from "react";

/** Opens a page path of this organization, as "/jobs/…". */
export function useOpen(): (path: string) => void {
  const { org = "" } = useParams({ strict: false });
  const navigate = useNavigate();
  return useCallback((path: string) => void navigate({ to: `/${org}${path}` }), [navigate, org]);
}
