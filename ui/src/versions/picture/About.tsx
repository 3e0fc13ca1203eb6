import { useQuery } from "@tanstack/react-query";
import { dataQuery } from "../../api/datalakes";
import type { Asset, Change } from "../../api/types";
import { assetChangesQuery } from "../../api/versions";
import { Ago } from "../../components/Ago";
import { type FactRow, Facts } from "../../components/Facts";
import { Loaded } from "../../components/Loaded";
import { bytes } from "../../components/numbers";
import { OrgLink } from "../../components/OrgLink";
import { Person } from "../../components/Person";
import styles from "./PictureScreen.module.css";

/** What is known of a picture beside its shapes, and what has changed them. */
export function About({ asset, version }: { asset: Asset; version: string }) {
  const { data } = useQuery(dataQuery(asset.data_id));
  const file = data?.id === asset.data_id ? data : undefined; // that of the picture before is shown until then
  const changes = useQuery(assetChangesQuery(asset.id));
  const rows: FactRow[] = [
    { name: "Pixels", value: asset.width ? `${asset.width} × ${asset.height}` : "not known" },
    ...(file ? [{ name: "Size", value: file.size === null ? "not uploaded yet" : bytes(file.size) }] : []),
    { name: "Tags", value: asset.tags.join(", ") || "none" },
    ...(file?.tags.length ? [{ name: "Tags of the file", value: file.tags.join(", ") }] : []),
    {
      name: "File",
      value: (
        <OrgLink className={styles.link} path={`/datalake${file ? `/${file.datalake_id}` : ""}?data=${asset.data_id}`}>
          {asset.filename} in the datalake
        </OrgLink>
      ),
    },
    { name: "Id", value: asset.id, mono: true },
  ];
  const metadata = Object.entries({ ...file?.metadata, ...file?.custom_metadata });
  return (
    <>
      <Facts title="Picture" rows={rows} />
      <Facts title="Metadata" rows={metadata.map(([name, value]) => ({ name, value: typeof value === "string" ? value : JSON.stringify(value) }))} />
      <Facts title="History">
        <Loaded query={changes} small>
          {({ items }) => (
            <ol className={styles.changes} aria-label="Changes of this picture">
              {items.map((change) => (
                <Line key={change.id} change={change} version={version} />
              ))}
              {items.length === 0 && <li>Nothing has changed since the version was made.</li>}
            </ol>
          )}
        </Loaded>
      </Facts>
    </>
  );
}

function Line({ change, version }: { change: Change; version: string }) {
  return (
    <li>
      {change.job ? (
        <OrgLink path={`/jobs/${change.job.id}`}>{change.job.name}</OrgLink>
      ) : (
        <OrgLink path={`${version}/assets?show=history`}>{change.summary ?? "An edit"}</OrgLink>
      )}
      <span>
        {change.undone_by && "undone · "}
        {change.by && <Person user={change.by} />} <Ago at={change.at} />
      </span>
    </li>
  );
}
