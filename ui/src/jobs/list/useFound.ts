import { useQuery } from "@tanstack/react-query";
import { countsQuery, type JobFilters } from "../../api/jobs";
import { counted, isExact } from "./counted";

export interface Found {
  /** As people read it: 1,204 or 10,000+. */
  text: string | undefined;
  /** Null: nobody has counted so far. */
  exact: number | null;
}

/** How many jobs the filters find. */
export function useFound(filters: JobFilters): Found {
  const { data } = useQuery(countsQuery({ ...filters, type: undefined }));
  if (!data) return { text: undefined, exact: null };
  return { text: counted(data, filters.type), exact: isExact(data, filters.type) ? data.types[filters.type ?? "ALL"] : null };
}
