import { Button, FileButton } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { ImagePlus, ImageUp } from "lucide-react";
import { useState } from "react";
import { datalakesQuery, filesQuery, type Uploaded, useUpload } from "../api/datalakes";
import { useMay } from "../api/session";
import { Bar } from "../components/Bar";
import { Loaded } from "../components/Loaded";
import { More } from "../components/More";
import { plural } from "../components/numbers";
import { Screen } from "../components/Screen";
import { Bones } from "../components/Skeleton";
import { Failed, State } from "../components/State";
import gallery from "../versions/Gallery.module.css";
import { Tile } from "../versions/Tile";
import styles from "./Datalake.module.css";

const NO_COLOURS = new Map<string, string>();

/** The files of one datalake, newest first, and the upload of more. */
export function DatalakeScreen() {
  const { datalake: asked } = useParams({ strict: false });
  const query = useQuery(datalakesQuery);
  return (
    <Loaded query={query}>
      {({ items }) => {
        const found = asked ? items.find(({ id }) => id === asked) : items[0];
        return found ? (
          <Content key={found.id} id={found.id} name={found.name} many={found.data_count} />
        ) : (
          <Screen title="Datalake">
            <State icon={ImagePlus} title="There is no such datalake" />
          </Screen>
        );
      }}
    </Loaded>
  );
}

function Content({ id, name, many }: { id: string; name: string; many: number }) {
  const upload = useUpload(id);
  const [sent, setSent] = useState({ done: 0, of: 0 });
  const mayWrite = useMay("member");
  const take = (files: File[]) => {
    if (files.length === 0) return;
    setSent({ done: 0, of: files.length });
    upload.mutate({ files, onDone: (done) => setSent({ done, of: files.length }) });
  };
  const button = mayWrite && (
    <FileButton accept="image/*" multiple onChange={take}>
      {(props) => (
        <Button
          {...props}
          variant="filled"
          leftSection={<ImageUp size={15} aria-hidden="true" />}
          loading={upload.isPending}
        >
          Upload pictures
        </Button>
      )}
    </FileButton>
  );
  return (
    <Screen title={`Datalake ${name}`} note={<span>{plural(many, "picture")}</span>} actions={button}>
      <div
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          if (mayWrite) take([...event.dataTransfer.files]);
        }}
      >
        {upload.isPending && (
          <div className={styles.sending}>
            <Bar fraction={sent.done / sent.of} label="Upload" /> {sent.done} of {plural(sent.of, "picture")}
          </div>
        )}
        {upload.data && <Refused results={upload.data} />}
        {upload.error && <Failed error={upload.error} small />}
        <Files datalake={id} first={button} />
      </div>
    </Screen>
  );
}

function Refused({ results }: { results: Uploaded[] }) {
  const refused = results.filter(({ error }) => error !== null);
  if (refused.length === 0) return null;
  return (
    <div className={styles.refused} role="alert">
      <b>{plural(refused.length, "file")} refused, the others are in.</b>
      <ul>
        {refused.map(({ filename, error }) => (
          <li key={filename}>
            {filename}: {error}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Files({ datalake, first }: { datalake: string; first: React.ReactNode }) {
  const query = useInfiniteQuery(filesQuery(datalake));
  if (query.isPending) return <Bones rows={5} label="Loading pictures" />;
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />;
  const files = query.data.pages.flatMap((page) => page.items);
  if (files.length === 0)
    return (
      <State icon={ImagePlus} title="No picture yet" action={first}>
        Drop pictures here, or let a script upload them.
      </State>
    );
  return (
    <>
      <ul className={gallery.grid} aria-label="Pictures">
        {files.map((file) => (
          <Tile
            key={file.id}
            asset={{ ...file, data_id: file.id, width: file.width ?? 0, height: file.height ?? 0, shapes: [] }}
            colours={NO_COLOURS}
            open={() => file.url && window.open(file.url, "_blank", "noopener")}
          />
        ))}
      </ul>
      <More has={query.hasNextPage} busy={query.isFetchingNextPage} fetch={() => void query.fetchNextPage()} />
    </>
  );
}
