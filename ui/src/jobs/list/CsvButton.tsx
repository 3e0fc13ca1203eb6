import { Button, Tooltip } from "@mantine/core";
import { Download } from "lucide-react";
import { csvLink, type JobFilters } from "../../api/jobs";

/** All that the filters find as a file, also what is not shown yet. */
export function CsvButton({ filters, found }: { filters: JobFilters; found: string | undefined }) {
  const label = `Download all ${found ?? ""} as CSV`;
  return (
    <Tooltip label={label}>
      <Button component="a" href={csvLink(filters)} download leftSection={<Download size={14} aria-hidden="true" />} aria-label={label}>
        CSV
      </Button>
    </Tooltip>
  );
}
