import { type MantineColorScheme, Menu, useMantineColorScheme } from "@mantine/core";
import { useNavigate, useParams } from "@tanstack/react-router";
import { ChevronsUpDown, Keyboard, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { useSession, useSignOut } from "../api/session";
import { Key } from "../components/KeyMap";
import { boundKeys } from "../components/keys";
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
            <Menu.RadioGroup value={current?.name ?? null} onChange={(name) => window.location.assign(`/${encodeURIComponent(name)}/jobs`)}>
              {organizations.map(({ id, name }) => (
                <Menu.RadioItem key={id} value={name}>
                  {name}
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
            <Menu.Divider />
          </>
        )}
        <Menu.Label>Colours</Menu.Label>
        <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as MantineColorScheme)}>
          {SCHEMES.map(({ value, name, icon: Icon }) => (
            <Menu.RadioItem key={value} value={value} rightSection={<Icon size={15} aria-hidden="true" />}>
              {name}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item leftSection={<Keyboard size={15} aria-hidden="true" />} rightSection={<Key name="?" />} onClick={() => boundKeys.do("?")}>
          Keys
        </Menu.Item>
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
