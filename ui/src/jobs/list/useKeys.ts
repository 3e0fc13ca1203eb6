import { type RefObject, useEffect } from "react";

/** j and k move through the rows, o opens, / goes to the search. */
export function useKeys(list: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === "/") {
        event.preventDefault();
        document.querySelector<HTMLInputElement>("[data-search]")?.focus();
      } else if (event.key === "j" || event.key === "k") {
        step(list.current, event.key === "j" ? 1 : -1);
      } else if (event.key === "o" && document.activeElement instanceof HTMLAnchorElement) {
        document.activeElement.click();
      }
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [list]);
}

function step(list: HTMLElement | null, by: number): void {
  const links = [...(list?.querySelectorAll<HTMLAnchorElement>("[data-job-link]") ?? [])];
  const now = links.findIndex((link) => link === document.activeElement);
  const next = links[now < 0 ? 0 : Math.min(links.length - 1, Math.max(0, now + by))];
  next?.focus({ focusVisible: true } as FocusOptions);
  next?.closest('[role="row"]')?.scrollIntoView({ block: "nearest" });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
