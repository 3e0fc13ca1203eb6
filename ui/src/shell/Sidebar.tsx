import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Activity, Blocks, Database, FolderKanban, Images, type LucideIcon } from "lucide-react";
import { countsQuery } from "../api/jobs";
import { count } from "../components/numbers";
import { Brand } from "./Brand";
import styles from "./Sidebar.module.css";
import { UserMenu } from "./UserMenu";

interface Entry {
  name: string;
  path: string;
  /** Pages further down that belong to this entry. */
  under: string[];
  icon: LucideIcon;
}

const ENTRIES: Entry[] = [
  { name: "Jobs", path: "jobs", under: [], icon: Activity },
  { name: "Datasets", path: "datasets", under: ["dataset"], icon: Images },
  { name: "Projects", path: "projects", under: ["project"], icon: FolderKanban },
  { name: "Processings", path: "processings", under: [], icon: Blocks },
  { name: "Datalake", path: "datalake", under: [], icon: Database },
];

export function Sidebar() {
  const { org = "" } = useParams({ strict: false });
  return (
    <aside className={styles.sidebar} aria-label="Sidebar">
      <Link to="/$org/jobs" params={{ org }} className={styles.brand} aria-label="Safelight, to the jobs">
        <Brand />
      </Link>
      <nav aria-label="Main" className={styles.nav}>
        {ENTRIES.map((entry) => (
          <NavEntry key={entry.path} entry={entry} org={org} />
        ))}
      </nav>
      <UserMenu />
    </aside>
  );
}

function NavEntry({ entry: { name, path, under, icon: Icon }, org }: { entry: Entry; org: string }) {
  const to = `/${org}/${path}`;
  return (
    <Link to={to} className={styles.entry} activeOptions={{ exact: false }}>
      {({ isActive }) => (
        <span className={styles.inner} data-active={isActive || isUnder(org, under) || undefined}>
          <Icon size={16} strokeWidth={1.9} aria-hidden="true" />
          {name}
          {path === "jobs" && <Running />}
        </span>
      )}
    </Link>
  );
}

function isUnder(org: string, under: string[]): boolean {
  return under.some((word) => window.location.pathname.startsWith(`/${org}/${word}/`));
}

function Running() {
  const { data } = useQuery(countsQuery({}));
  const running = data?.statuses.RUNNING ?? 0;
  if (!running) return null;
  return (
    <span className={styles.running}>
      {count(running)}
      <span className="visually-hidden"> running</span>
    </span>
  );
}
