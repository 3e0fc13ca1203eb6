import { Button, FileButton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ImagePlus, ImageUp, SearchX } from "lucide-react";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import { ApiError } from "../api/client";
import { datalakesQuery, placesStep } from "../api/datalakes";
import { useMay } from "../api/session";
import { usePicking } from "../components/grid/usePicking";
import { type Found, usePlaces } from "../components/grid/usePlaces";
import { useKeys } from "../components/keys";
import { Loaded } from "../components/Loaded";
import { count, plural } from "../components/numbers";
import { Screen } from "../components/Screen";
import { Bones } from "../components/Skeleton";
import { Failed, State } from "../components/State";
import { DataBar } from "./DataBar";
import { DataPanel } from "./DataPanel";
import { DataSearch } from "./DataSearch";
import styles from "./Datalake.module.css";
import { dropped } from "./dropped";
import { Files as Tiles } from "./Files";
import { Upload } from "./upload";
import { UploadPanel } from "./UploadPanel";

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
  const { q = "", data } = useSearch({ strict: false });
  const navigate = useNavigate();
  const cache = useQueryClient();
  const mayWrite = useMay("member");
  const [turn, setTurn] = useState(0);
  const [over, setOver] = useState(false);
  const again = useCallback(() => {
    setTurn((before) => before + 1);
    void cache.invalidateQueries({ queryKey: ["datalakes"] });
  }, [cache]);
  const upload = useMemo(() => new Upload(id, again), [id, again]);
  const step = useCallback((after: number | null, signal: AbortSignal) => placesStep(id, q, after, signal), [id, q]);
  const found = usePlaces(`${id} ${turn} ${q}`, step);
  const picking = usePicking(q, found.index.total);
  const search = useCallback(
    (change: { q?: string | undefined; data?: string | undefined }) =>
      void navigate({ to: ".", search: ((before: object) => ({ ...before, ...change })) as never, replace: !change.data }),
    [navigate],
  );
  const change = useCallback((next: string) => search({ q: next || undefined }), [search]);
  useKeys({
    title: "Files",
    bindings: [
      { keys: ["Escape"], says: "Select nothing", act: picking.clear },
      { keys: ["/"], says: "Search", act: () => document.querySelector<HTMLElement>("[data-search]")?.focus() },
    ],
  });
  const button = mayWrite && (
    <FileButton accept="image/*" multiple onChange={(files) => upload.add(files)}>
      {(props) => (
        <Button {...props} variant="filled" leftSection={<ImageUp size={15} aria-hidden="true" />}>
          Upload pictures
        </Button>
      )}
    </FileButton>
  );
  const misread = found.error instanceof ApiError && found.error.status === 400 ? found.error.message : undefined;
  return (
    <Screen title={`Datalake ${name}`} note={<span>{plural(many, "file")}</span>} actions={button}>
      <div
        className={styles.content}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(mayWrite);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          if (mayWrite) void dropped(event.dataTransfer).then((files) => upload.add(files));
        }}
      >
        <UploadPanel upload={upload} />
        <DataSearch datalake={id} q={q} change={change} problem={misread} />
        <Counted found={found} q={misread === undefined ? q : ""} total={many} />
        <Files found={found} q={q} first={button} misread={misread !== undefined} again={again}>
          <Tiles datalake={id} q={q} index={found.index} picking={picking} open={(one) => search({ data: one })} />
        </Files>
        {mayWrite && <DataBar datalake={id} q={q} picking={picking} total={found.index.total} changed={again} />}
      </div>
      <DataPanel data={data} close={() => search({ data: undefined })} />
    </Screen>
  );
}

/** How many fit; while it is still being looked, how far it is. */
function Counted({ found: { index, left }, q, total }: { found: Found; q: string; total: number }) {
  if (!q || left === null) return null;
  const searched = total ? Math.floor((1 - left / total) * 100) : 100;
  return (
    <p className={styles.counted} role="status">
      {left > 0 ? `${count(index.total)} found, ${searched} % searched` : `${plural(index.total, "file")} found`}
    </p>
  );
}

interface FilesProps {
  found: Found;
  q: string;
  first: ReactNode;
  misread: boolean;
  again: () => void;
  children: ReactNode;
}

function Files({ found: { index, left, error }, q, first, misread, again, children }: FilesProps) {
  if (misread) return null;
  if (error) return <Failed error={error} retry={again} />;
  if (index.total > 0) return children;
  if (left === null || left > 0) return <Bones rows={5} label="Loading files" />;
  if (q)
    return (
      <State icon={SearchX} title="No file fits">
        Fewer filters find more.
      </State>
    );
  return (
    <State icon={ImagePlus} title="No picture yet" action={first}>
      Drop pictures or folders here, or let <code>safelight data upload</code> send them.
    </State>
  );
}
