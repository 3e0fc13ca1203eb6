import { ActionIcon } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Outlet, useLocation } from "@tanstack/react-router";
import { Menu as MenuIcon, X } from "lucide-react";
import { useEffect, useState } from "react";
import { Live } from "../api/live";
import { useSession } from "../api/session";
import { KeyMap } from "../components/KeyMap";
import { Brand } from "./Brand";
import { LiveContext } from "./live";
import styles from "./Shell.module.css";
import { Sidebar } from "./Sidebar";

/** The frame of every screen behind the login: navigation, and one event stream for this tab. */
export function Shell() {
  const cache = useQueryClient();
  const [live] = useState(() => new Live(cache));
  const { event_number: after } = useSession();
  const [begin] = useState(after);
  useEffect(() => live.open(begin), [live, begin]);
  const { pathname } = useLocation();
  const [openAt, setOpenAt] = useState<string | null>(null);
  const open = openAt === pathname; // a step to another screen closes the drawer

  return (
    <LiveContext value={live}>
      <a className={styles.skip} href="#main">
        Skip to content
      </a>
      <div className={styles.shell}>
        <header className={styles.top}>
          <Brand />
          <ActionIcon
            size={40}
            aria-label={open ? "Close navigation" : "Open navigation"}
            aria-expanded={open}
            onClick={() => setOpenAt(open ? null : pathname)}
          >
            {open ? <X size={20} aria-hidden="true" /> : <MenuIcon size={20} aria-hidden="true" />}
          </ActionIcon>
        </header>
        <div className={styles.side} data-open={open || undefined}>
          <Sidebar />
        </div>
        <main id="main" className={styles.main} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <KeyMap />
    </LiveContext>
  );
}
