import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { figure } from "./numbers";

/** A theme token names the colour, so that a line follows the theme. */
export interface Line {
  colour: string;
  dashed?: boolean;
}

export interface Band {
  name: string;
  from: number;
  to: number;
}

interface Props {
  /** What it shows, for everybody who cannot see it. */
  label: string;
  data: uPlot.AlignedData;
  lines: readonly Line[];
  /** Stretches of the horizontal axis, told apart by their ground. */
  bands?: readonly Band[];
  /** The vertical axis begins at 0 and leaves room for the names of the bands. */
  fromZero?: boolean;
  /** Its marks are powers of two, as fits bytes. */
  binary?: boolean;
  sayX?: (value: number) => string;
  sayY?: (value: number) => string;
  height?: number;
}

/** Lines over an axis. The plot is made once and grows in place. */
export function Plot({ label, data, bands = [], ...fixed }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const first = useRef(fixed);
  const grounds = useRef(bands);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = new uPlot(options(element, first.current, grounds), [[], ...first.current.lines.map(() => [])], element);
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: made.height }));
    watch.observe(element);
    // the canvas takes its colours when it draws
    const theme = new MutationObserver(() => made.redraw());
    theme.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
    return () => {
      watch.disconnect();
      theme.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, []);

  // after the effect above: a plot that was just made gets its values here
  useEffect(() => {
    grounds.current = bands;
    plot.current?.setData(data);
  }, [data, bands]);

  return <div ref={place} role="img" aria-label={label} />;
}

const HEIGHT = 190;
const POWERS = Array.from({ length: 50 }, (_, power) => 2 ** power);

type Fixed = Omit<Props, "label" | "data" | "bands">;

function options(element: HTMLElement, fixed: Fixed, bands: { current: readonly Band[] }): uPlot.Options {
  const { lines, fromZero = false, binary = false, sayX, sayY = figure, height = HEIGHT } = fixed;
  const token = (name: string) => () => getComputedStyle(element).getPropertyValue(name);
  const axis = {
    stroke: token("--faint"),
    grid: { stroke: token("--line"), width: 1 },
    ticks: { show: false },
    font: "11px Inter Variable, system-ui",
  };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { y: false, points: { size: 7 } },
    scales: { x: { time: false }, ...(fromZero && { y: { range: (_, __, most) => [0, (most || 1) * 1.25] } }) },
    axes: [
      { ...axis, size: 26, ...(sayX && { values: (_, splits) => splits.map(sayX) }) },
      { ...axis, size: 62, values: (_, splits) => splits.map(sayY), ...(binary && { incrs: POWERS }) },
    ],
    series: [
      {},
      ...lines.map(({ colour, dashed }) => ({
        stroke: token(colour),
        width: dashed ? 1 : 2,
        points: { show: false },
        ...(dashed && { dash: [5, 4] }),
      })),
    ],
    hooks: { drawClear: [(plot) => paint(plot, bands.current, token("--hover")(), token("--faint")())] },
  };
}

const NARROW = 44; // a name needs so much room

/** Every second band has a ground, each has its name. */
function paint(plot: uPlot, bands: readonly Band[], ground: string, ink: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = `${Math.round(10.5 * devicePixelRatio)}px Inter Variable, system-ui`;
  ctx.textBaseline = "top";
  bands.forEach(({ name, from, to }, index) => {
    const left = Math.max(bbox.left, plot.valToPos(from, "x", true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(to, "x", true));
    if (!(right > left)) return;
    if (index % 2 === 0) {
      ctx.fillStyle = ground;
      ctx.fillRect(left, bbox.top, right - left, bbox.height);
    }
    if (right - left < NARROW * devicePixelRatio) return;
    ctx.fillStyle = ink;
    ctx.fillText(fitting(ctx, name, right - left - 12 * devicePixelRatio), left + 6 * devicePixelRatio, bbox.top + 4 * devicePixelRatio);
  });
  ctx.restore();
}

function fitting(ctx: CanvasRenderingContext2D, text: string, room: number): string {
  if (ctx.measureText(text).width <= room) return text;
  let short = text;
  while (short && ctx.measureText(`${short}…`).width > room) short = short.slice(0, -1);
  return short ? `${short}…` : "";
}
