import { Link } from "@tanstack/react-router";
import type { ComponentProps } from "react";
import { useOrgPath } from "./open";

/** A link to a page path of this organization, as the server names it: "/dataset/…/version/…". */
export function OrgLink({ path, ...rest }: { path: string } & Omit<ComponentProps<"a">, "href" | "ref">) {
  return <Link {...useOrgPath(path)} {...rest} />;
}
