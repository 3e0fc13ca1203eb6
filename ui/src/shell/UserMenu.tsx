import { Menu, useMantineColorScheme } from "@mantine/core";
import { useNavigate, useParams } from "@tanstack/react-router";
import { Check, ChevronsUpDown, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { useSession, useSignOut } from "../api/session";
import { Initials } from "../components/Person";
import styles from "./UserMenu.module.css";

const SCHEMES = [
  { value: "dark", name: "Dark", icon: Moon },
  { value: "light", name: "Light", icon: Sun },
  { value: "auto", name: "As the system", icon: Monitor },
] as const;

/** Who is signed in and for which organization; colours; the way out. */
export function UserMenu() {
  const { user, organizations } = useSession();
  const { org = "" } = useParams({ strict: false });
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const current = organizations.find(({ id, name }) => id === org || name === org);

  return (
    <Menu position="top-start" width={216}>
      <Menu.Target>
        <button type="button" className={styles.button}>
          <Initials name={user.name} size={28} />
          <span className={styles.words}>
            <span className={styles.org}>{current?.name ?? org}</span>
            <span className={styles.user}>{user.name}</span>
          </span>
          <ChevronsUpDown size={14} aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {organizations.length > 1 && (
          <>
            <Menu.Label>Organization</Menu.Label>
            {organizations.map(({ id, name }) => (
              <Menu.Item
                key={id}
                rightSection={id === current?.id && <Check size={14} aria-label="chosen" />}
                onClick={() => window.location.assign(`/${encodeURIComponent(name)}/jobs`)}
              >
                {name}
              </Menu.Item>
            ))}
            <Menu.Divider />
          </>
        )}
        <Menu.Label>Colours</Menu.Label>
        {SCHEMES.map(({ value, name, icon: Icon }) => (
          <Menu.Item
            key={value}
            leftSection={<Icon size={15} aria-hidden="true" />}
            rightSection={value === colorScheme && <Check size={14} aria-label="chosen" />}
            onClick={() => setColorScheme(value)}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          leftSection={<LogOut size={15} aria-hidden="true" />}
          onClick={() => signOut.mutate(undefined, { onSettled: () => void navigate({ to: "/login" }) })}
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
