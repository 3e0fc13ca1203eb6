import { Drawer } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { dataQuery } from "../api/datalakes";
import type { DataDetail } from "../api/types";
import { Ago } from "../components/Ago";
import { type FactRow, Facts } from "../components/Facts";
import { Loaded } from "../components/Loaded";
import { bytes } from "../components/numbers";
import { OrgLink } from "../components/OrgLink";
import styles from "./Datalake.module.css";

/** One file beside the list: what it looks like, what is known of it, who uses it. */
export function DataPanel({ data, close }: { data: string | undefined; close: () => void }) {
  const query = useQuery({ ...dataQuery(data ?? ""), enabled: data !== undefined });
  return (
    <Drawer opened={data !== undefined} onClose={close} position="right" size={420} title={query.data?.filename ?? "File"}>
      {data !== undefined && <Loaded query={query}>{(file) => <Content file={file} />}</Loaded>}
    </Drawer>
  );
}

function Content({ file }: { file: DataDetail }) {
  const rows: FactRow[] = [
    { name: "Pixels", value: file.width ? `${file.width} × ${file.height}` : "not known" },
    { name: "Size", value: file.size === null ? "not uploaded yet" : bytes(file.size) },
    { name: "Kind", value: file.content_type },
    { name: "Uploaded", value: <Ago at={file.created_at} /> },
    ...(file.created_by ? [{ name: "By", value: file.created_by.name }] : []),
    { name: "Tags", value: file.tags.join(", ") || "none" },
    { name: "Id", value: file.id, mono: true },
    ...(file.sha256 ? [{ name: "SHA-256", value: file.sha256, mono: true }] : []),
  ];
  return (
    <div className={styles.panel}>
      {file.thumbnail && (
        <a href={file.url ?? undefined} target="_blank" rel="noopener" className={styles.large} aria-label={`Open ${file.filename}`}>
          <img src={file.thumbnail.replace("size=256", "size=512")} alt={file.filename} />
        </a>
      )}
      <Facts title="File" rows={rows} />
      <Facts title="Versions that use it" {...(file.versions.length ? {} : { empty: "None: it can be deleted." })}>
        {file.versions.length > 0 && (
          <ul className={styles.versions}>
            {file.versions.map(({ id, name, path }) => (
              <li key={id}>
                <OrgLink path={`${path}/assets`}>{name}</OrgLink> · <OrgLink path={`${path}/assets?show=jobs`}>its jobs</OrgLink>
              </li>
            ))}
          </ul>
        )}
      </Facts>
      <Facts title="Metadata" rows={metadata(file)} empty="None was given." />
    </div>
  );
}

const metadata = ({ metadata, custom_metadata }: DataDetail): FactRow[] =>
  Object.entries({ ...metadata, ...custom_metadata }).map(([name, value]) => ({
    name,
    value: typeof value === "string" ? value : JSON.stringify(value),
  }));
