import { Button, Popover } from "@mantine/core";
import { RotateCcw, SlidersHorizontal } from "lucide-react";
import { useId } from "react";
import type { Label } from "../../api/types";
import type { Look } from "../Overlay";
import styles from "./Drawing.module.css";
import { FILL, LINE, type LookSearch, painted, said } from "./look";

interface Props {
  labels: readonly Label[];
  look: Look;
  search: LookSearch;
  change: (changes: LookSearch) => void;
}

const COLOURED = 60;

/** How shapes are drawn: how strongly, and each label in which colour. */
export function Drawing({ labels, look, search, change }: Props) {
  const isUsual = !search.fill && !search.line && !search.paint && !search.hide;
  return (
    <Popover position="bottom-end" width={290} trapFocus>
      <Popover.Target>
        <Button leftSection={<SlidersHorizontal size={14} aria-hidden="true" />}>Drawing</Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="How shapes are drawn">
        <div className={styles.panel}>
          <Slide name="Opacity of the fill" value={look.fill} shown={`${look.fill} %`} range={FILL} change={(fill) => change({ fill })} />
          <Slide name="Thickness of lines" value={look.line} shown={`${look.line} px`} range={LINE} change={(line) => change({ line })} />
          <div className={styles.row}>
            <button type="button" onClick={() => change({ hide: undefined })}>
              Show all labels
            </button>
            <button type="button" onClick={() => change({ hide: labels.map(({ name }) => name) })}>
              Hide all
            </button>
          </div>
          <ul className={styles.colours} aria-label="Colours of labels">
            {labels.slice(0, COLOURED).map(({ id, name }) => (
              <li key={id}>
                <label>
                  <input
                    type="color"
                    value={hexOf(look.colours.get(id))}
                    onChange={(event) => change({ paint: painted(search.paint, name, event.currentTarget.value) })}
                  />
                  {name}
                </label>
              </li>
            ))}
          </ul>
          {!isUsual && (
            <Button
              size="xs"
              leftSection={<RotateCcw size={13} aria-hidden="true" />}
              onClick={() => change({ fill: undefined, line: undefined, paint: undefined, hide: undefined })}
            >
              As usual
            </Button>
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

interface SlideProps {
  name: string;
  value: number;
  shown: string;
  range: { usual: number; min: number; max: number; step: number };
  change: (value: string | undefined) => void;
}

export function Slide({ name, value, shown, range, change }: SlideProps) {
  const id = useId();
  return (
    <div className={styles.slide}>
      <label htmlFor={id}>{name}</label>
      <output htmlFor={id}>{shown}</output>
      <input
        id={id}
        type="range"
        min={range.min}
        max={range.max}
        step={range.step}
        value={value}
        aria-valuetext={shown}
        onChange={(event) => change(said(Number(event.currentTarget.value), range))}
      />
    </div>
  );
}

/** What a colour field can show: the token behind a label's colour, too. */
function hexOf(colour: string | undefined): string {
  const token = /^var\((--[\w-]+)\)$/.exec(colour ?? "")?.[1];
  const value = token ? getComputedStyle(document.documentElement).getPropertyValue(token).trim() : (colour ?? "");
  return /^#[0-9a-f]{6}$/i.test(value) ? value.toLowerCase() : "#888888";
}
