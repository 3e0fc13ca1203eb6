import { type PointerEvent, useCallback, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from "react";
import type { Asset } from "../../api/types";
import { type Look, Overlay } from "../Overlay";
import { thumbnailFor } from "../thumbnails";
import styles from "./Stage.module.css";
import { around, fitted, moved, partOf, type Point, type Size, type View, zoomed } from "./view";

/** What keys and buttons do to a stage. */
export interface StageHandle {
  zoom: (factor: number) => void;
  fit: () => void;
  /** A pixel of the picture on one of the screen. */
  actual: () => void;
  show: (box: readonly [number, number, number, number]) => void;
}

interface Props {
  asset: Asset;
  look: Look;
  marked: string | undefined;
  point: (shape: string | undefined) => void;
  handle: React.Ref<StageHandle>;
}

const PER_PIXEL = 0.0016; // of the wheel
const SHARP = 4; // from this scale on single pixels are shown

/** A picture with its shapes: the wheel zooms to the pointer, dragging pans. */
export function Stage({ asset, look, marked, point, handle }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [stage, setStage] = useState<Size | null>(null);
  const [view, setView] = useState<View | null>(null); // null: all of it
  const [broken, setBroken] = useState(false);
  const [natural, setNatural] = useState<Size | null>(null);
  const known = { width: asset.width || natural?.width || 400, height: asset.height || natural?.height || 300 };
  const { width, height } = known;
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setStage({ width: element.clientWidth, height: element.clientHeight }));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const change = useCallback(
    (next: (view: View, picture: Size, stage: Size) => View) => {
      if (!stage) return;
      const picture = { width, height };
      setView((before) => next(before ?? fitted(picture, stage), picture, stage));
    },
    [stage, width, height],
  );
  useWheel(place, change);
  const drag = useDrag(change);
  useImperativeHandle(handle, () => {
    const middle = { x: (stage?.width ?? 0) / 2, y: (stage?.height ?? 0) / 2 };
    return {
      zoom: (factor) => change((before, ...sizes) => zoomed(before, factor, middle, ...sizes)),
      fit: () => setView(null),
      actual: () => change((before, ...sizes) => zoomed(before, 1 / window.devicePixelRatio / before.scale, middle, ...sizes)),
      show: (box) => change((_, ...sizes) => around(box, ...sizes)),
    };
  }, [change, stage]);
  const now = stage ? (view ?? fitted(known, stage)) : null;
  return (
    <div ref={place} className={styles.stage} role="group" aria-label="Picture" data-scale={now?.scale.toFixed(4)} {...drag}>
      {now && stage && (
        <>
          {asset.url ? (
            <img
              src={broken && asset.thumbnail ? thumbnailFor(asset.thumbnail, 1024) : asset.url}
              alt={asset.filename}
              draggable={false}
              className={styles.image}
              style={{
                width,
                height,
                transform: `translate(${now.x}px, ${now.y}px) scale(${now.scale})`,
                imageRendering: now.scale >= SHARP ? "pixelated" : "auto",
              }}
              onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setNatural({ width: naturalWidth, height: naturalHeight })}
              onError={() => setBroken(true)} // of a form that browsers do not draw
            />
          ) : (
            <div
              className={styles.missing}
              style={{ left: now.x, top: now.y, width: width * now.scale, height: height * now.scale }}
            >
              not uploaded yet
            </div>
          )}
          <div className={styles.shapes}>
            <Overlay width={width} height={height} shapes={asset.shapes} look={look} part={partOf(now, stage)} marked={marked} point={point} />
          </div>
        </>
      )}
    </div>
  );
}

type Change = (next: (view: View, picture: Size, stage: Size) => View) => void;

function useWheel(place: React.RefObject<HTMLElement | null>, change: Change): void {
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const turn = (event: WheelEvent) => {
      event.preventDefault(); // or the page would scroll
      const box = element.getBoundingClientRect();
      const point = { x: event.clientX - box.left, y: event.clientY - box.top };
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * 33;
      const factor = Math.exp(-pixels * PER_PIXEL * (event.ctrlKey ? 5 : 1)); // Ctrl: two fingers on a touchpad
      change((view, ...sizes) => zoomed(view, factor, point, ...sizes));
    };
    element.addEventListener("wheel", turn, { passive: false });
    return () => element.removeEventListener("wheel", turn);
  }, [place, change]);
}

/** One pointer pans, two zoom as well. */
function useDrag(change: Change) {
  const held = useRef(new Map<number, Point>());
  const at = (event: PointerEvent<HTMLElement>): Point => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const end = (event: PointerEvent<HTMLElement>) => held.current.delete(event.pointerId);
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      held.current.set(event.pointerId, at(event));
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const before = held.current.get(event.pointerId);
      if (!before) return;
      const now = at(event);
      held.current.set(event.pointerId, now);
      const other = [...held.current].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const factor = distance(other, now) / Math.max(1, distance(other, before));
        change((view, ...sizes) => zoomed(view, factor, other, ...sizes));
      } else change((view, ...sizes) => moved(view, { x: now.x - before.x, y: now.y - before.y }, ...sizes));
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}

const distance = (one: Point, other: Point): number => Math.hypot(one.x - other.x, one.y - other.y);
