import { ImageOff } from "lucide-react";
import { useState } from "react";

interface Props {
  url: string | null | undefined;
  /** Why there is no picture, if there is none. */
  none: string;
  /** The class of what stands in its place then, or where it cannot be read. */
  missing: string | undefined;
  lazy?: boolean;
}

/** A picture, or in words why there is nothing to see. */
export function Picture({ url, none, missing, lazy }: Props) {
  const [damaged, setDamaged] = useState<string>();
  if (url && url !== damaged)
    return (
      <img src={url} alt="" decoding="async" onError={() => setDamaged(url)} {...(lazy && { loading: "lazy" })} />
    );
  return (
    <span className={missing}>
      <ImageOff size={20} strokeWidth={1.5} aria-hidden="true" />
      {url ? "cannot be read" : none}
    </span>
  );
}
