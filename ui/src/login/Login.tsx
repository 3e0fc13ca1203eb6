import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type SubmitEvent, useEffect, useRef, useState } from "react";
import { ApiError } from "../api/client";
import { type Credentials, useSignIn } from "../api/session";
import { useTitle } from "../components/Screen";
import { Brand } from "../shell/Brand";
import styles from "./Login.module.css";

/** The door: by password, or by a one-time link that opens it at once. */
export function Login() {
  useTitle("Sign in");
  const { link } = useSearch({ from: "/login" });
  const { enter, error, pending } = useEnter();
  const tried = useRef(false);
  useEffect(() => {
    if (!link || tried.current) return; // a link works once: never send it twice
    tried.current = true;
    enter({ link });
  }, [link, enter]);

  return (
    <main className={styles.room}>
      <div className={styles.card}>
        <h1 className={styles.brand}>
          <Brand big />
        </h1>
        {link && pending ? (
          <p className={styles.lead} role="status">
            Opening with your link…
          </p>
        ) : (
          <PasswordForm enter={enter} error={error} pending={pending} />
        )}
      </div>
    </main>
  );
}

function useEnter() {
  const { next } = useSearch({ from: "/login" });
  const navigate = useNavigate();
  const { mutate, error, isPending } = useSignIn();
  const [enter] = useState(() => (credentials: Credentials) => {
    mutate(credentials, {
      onSuccess: () => void navigate({ href: safe(next), replace: true }),
    });
  });
  return { enter, error, pending: isPending };
}

/** Only ways inside this page: an address of another host never follows a login. */
function safe(next: string | undefined): string {
  return next?.startsWith("/") && !/^\/[/\\]/.test(next) ? next : "/";
}

function PasswordForm({ enter, error, pending }: { enter: (by: Credentials) => void; error: Error | null; pending: boolean }) {
  const { link } = useSearch({ from: "/login" });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    enter({ name: form.get("name") as string, password: form.get("password") as string });
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <p className={styles.lead}>Sign in to see what is developing.</p>
      <TextInput name="name" label="Name" autoComplete="username" required withAsterisk={false} autoFocus />
      <PasswordInput
        name="password"
        label="Password"
        autoComplete="current-password"
        required
        withAsterisk={false}
      />
      {error && (
        <p className={styles.error} role="alert">
          {said(error, Boolean(link))}
        </p>
      )}
      <Button type="submit" variant="filled" fullWidth loading={pending} size="sm">
        Sign in
      </Button>
      <p className={styles.hint}>
        Lost the password? On the server, <code>safelight user reset NAME</code> prints a one-time link.
      </p>
    </form>
  );
}

function said(error: Error, byLink: boolean): string {
  const status = error instanceof ApiError ? error.status : 0;
  if (byLink && (status === 401 || status === 400)) return "This link was used already or has expired. Sign in with your password.";
  if (status === 401) return "Name or password is wrong.";
  if (status === 429) return "Too many attempts. Wait a minute, then try again.";
  return error.message;
}
