/** Who may change and unlock a version, in words. */

import { useMay, useSession } from "../api/session";
import type { VersionDetail } from "../api/types";

/** Why nothing in a version can be changed; null if it can. */
export const whyLocked = ({ locked }: VersionDetail): string | null =>
  locked ? `Locked by ${locked.by.name}: unlock the version to change it.` : null;

/** Whether the reader may unlock it: who locked it, and admins. */
export function useMayUnlock({ locked }: VersionDetail): boolean {
  const isAdmin = useMay("admin");
  const isMember = useMay("member");
  const me = useSession().user.id;
  return locked !== null && (isAdmin || (isMember && locked.by.id === me));
}
