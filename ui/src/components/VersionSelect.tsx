import { type ComboboxItem, MultiSelect, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Version } from "../api/types";
import { versionsQuery } from "../api/versions";

interface Common {
  label: string;
  description?: string;
  required?: boolean;
  error?: string | undefined;
  /** Not offered: the version that is asked from. */
  without?: string;
}

const PAUSE_MS = 200;

const itemOf = ({ id, name, dataset }: Version): ComboboxItem => ({ value: id, label: `${dataset.name}/${name}` });

/** What the server finds for what is typed; what is chosen is always among it. */
function useFound(without: string | undefined, chosen: readonly string[]) {
  const [typed, setTyped] = useState("");
  const [known, setKnown] = useState<ComboboxItem[]>([]);
  const [asked] = useDebouncedValue(typed, PAUSE_MS);
  const labels = known.map(({ label }) => label);
  const { data, isPending } = useQuery(versionsQuery(labels.includes(asked) ? "" : asked));
  const found = (data?.items ?? []).filter(({ id }) => id !== without).map(itemOf);
  const keep = known.filter(({ value }) => chosen.includes(value) && !found.some((one) => one.value === value));
  return {
    data: [...found, ...keep],
    remember: (values: readonly string[]) => setKnown([...found, ...known].filter(({ value }) => values.includes(value))),
    search: { searchable: true, searchValue: typed, onSearchChange: setTyped, filter: everything },
    nothingFoundMessage: isPending ? "Looking …" : "No version is called that",
  };
}

// the server has filtered
const everything = <T,>({ options }: { options: T }): T => options;

/** One dataset version of the organization, found by what is typed. The value is its id. */
export function VersionSelect({ value, change, without, ...field }: Common & { value: string; change: (id: string) => void }) {
  const { data, remember, search, nothingFoundMessage } = useFound(without, [value]);
  return (
    <Select
      {...field}
      {...search}
      data={data}
      value={value || null}
      placeholder="Dataset/version"
      nothingFoundMessage={nothingFoundMessage}
      onChange={(id) => {
        remember(id ? [id] : []);
        change(id ?? "");
      }}
    />
  );
}

/** Several of them. */
export function VersionsSelect({ value, change, without, ...field }: Common & { value: string[]; change: (ids: string[]) => void }) {
  const { data, remember, search, nothingFoundMessage } = useFound(without, value);
  return (
    <MultiSelect
      {...field}
      {...search}
      data={data}
      value={value}
      placeholder={value.length ? "" : "Dataset/version"}
      nothingFoundMessage={nothingFoundMessage}
      onChange={(ids) => {
        remember(ids);
        change(ids);
      }}
    />
  );
}
