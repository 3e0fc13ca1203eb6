import { Link, useParams } from "@tanstack/react-router";
import type { ComponentProps } from "react";

/** A link to a page path of this organization, as the server names it: "/dataset/…/version/…". */
export function OrgLink({ path, ...rest }: { path: string } & Omit<ComponentProps<"a">, "href" | "ref">) {
  const { org = "" } = useParams({ strict: false });
  const to: string = `/${org}${path}`;
  return <Link to={to} {...rest} />;
}
