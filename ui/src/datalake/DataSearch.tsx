import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { dataTagsQuery } from "../api/datalakes";
import { valuesQuery } from "../api/jobs";
import { QueryBox } from "../components/search/QueryBox";
import type { Language } from "../components/search/suggestions";

interface Props {
  datalake: string;
  q: string;
  change: (q: string) => void;
  /** What the server does not understand of it. */
  problem: string | undefined;
}

/** The search box of a datalake. */
export function DataSearch({ datalake, ...rest }: Props) {
  const tags = useQuery(dataTagsQuery(datalake)).data?.items;
  const users = useQuery(valuesQuery("user", "")).data;
  const language = useMemo(() => languageOf(names(tags), names(users)), [tags, users]);
  return <QueryBox label="Search files" placeholder="A part of the name, or tag:street width:>=1000" language={language} {...rest} />;
}

const names = (named: readonly { name: string }[] = []): string[] => named.map(({ name }) => name);

const PIXELS = "1920, >=1000, <500 or 640..1920";
const MOMENT = "2026-11-01, 7d or 12h ago";
const AGES = ["24h", "7d", "30d"];

const languageOf = (tags: string[], users: string[]): Language => ({
  tag: { hint: "the name of a tag", values: tags },
  name: { hint: "a part of the file's name" },
  type: { hint: "image, video", values: ["image", "video"] },
  width: { hint: PIXELS },
  height: { hint: PIXELS },
  size: { hint: ">1MB, <=200kB or 1MB..5MB" },
  user: { hint: "a name, or me", values: ["me", ...users] },
  after: { hint: MOMENT, values: AGES },
  before: { hint: MOMENT, values: AGES },
  metadata: { hint: "key=value" },
  picture: { hint: "yes, no", values: ["yes", "no"] },
});
