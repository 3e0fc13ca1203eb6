import { useEffect } from "react";

/** Gives the focus back to what had it before this came, or to the page if that has left. */
export function useFocusBack(): void {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      const there = before instanceof HTMLElement && before !== document.body && before.isConnected;
      (there ? before : document.getElementById("main"))?.focus({ preventScroll: true });
    };
  }, []);
}
