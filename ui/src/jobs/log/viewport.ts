/** The scrolled box around a log: where one looks, and how to come to another place. Knows no rows. */

/** Browsers draw nothing below some 16 million pixels: beyond this the scroll bar is a scale. */
export const TALLEST = 8_000_000;
const NEAR_END = 24;

export interface Place {
  /** Distance from the top of the log; the scroll bar's own number may be a scale of it. */
  top: number;
  bar: number;
  sight: number;
  /** One looks at the end, and wants to go on doing so. */
  stuck: boolean;
}

export class Viewport {
  private place: Place;
  private box: HTMLElement | null = null;
  private full = 0;
  /** What the scroll bar cannot say exactly when it is a scale. */
  private exact: { top: number; bar: number } | null = null;
  private readers = new Set<() => void>();

  constructor(startAtEnd: boolean) {
    this.place = { top: 0, bar: 0, sight: 600, stuck: startAtEnd };
  }

  watch = (tell: () => void): (() => void) => {
    this.readers.add(tell);
    return () => this.readers.delete(tell);
  };

  read = (): Place => this.place;

  /** A ref callback: listens as long as the box is there. */
  attach = (box: HTMLElement | null): (() => void) | undefined => {
    if (!box) return undefined;
    this.box = box;
    const observer = new ResizeObserver(() => this.look());
    observer.observe(box);
    box.addEventListener("scroll", this.scrolled, { passive: true });
    box.addEventListener("wheel", this.wheel, { passive: false });
    return () => {
      this.box = null;
      observer.disconnect();
      box.removeEventListener("scroll", this.scrolled);
      box.removeEventListener("wheel", this.wheel);
    };
  };

  /** The log has this height now. Who looks at the end goes on looking at the end. */
  grown(full: number): void {
    this.full = full;
    if (this.place.stuck) this.toEnd();
    else this.look();
  }

  /** Rows have changed their heights, those above by `above`: what one reads stays where it is. */
  redraw(above = 0): void {
    this.place = { ...this.place };
    for (const tell of this.readers) tell();
    if (above && !this.place.stuck) this.put(this.place.top + above);
  }

  put(top: number): void {
    if (!this.box) return;
    const wanted = Math.max(0, Math.min(top, this.full - this.box.clientHeight));
    this.box.scrollTop = wanted / this.ratio();
    this.exact = { top: wanted, bar: this.box.scrollTop };
    this.look();
  }

  /** Puts a height into the middle. */
  show(top: number): void {
    this.look(false);
    this.put(top - (this.box?.clientHeight ?? 0) / 2);
  }

  /** Moves by so many pixels, or by so many sights. */
  move(pixels: number, sights = 0): void {
    if (!this.box) return;
    const to = this.place.top + pixels + sights * (this.box.clientHeight - 42);
    if (to >= this.full - this.box.clientHeight) {
      this.toEnd();
      return;
    }
    this.look(false);
    this.put(to);
  }

  toTop = (): void => {
    this.look(false);
    this.put(0);
  };

  toEnd = (): void => {
    if (!this.box) return;
    this.exact = null;
    this.box.scrollTop = this.box.scrollHeight;
    this.look(true);
  };

  private ratio(): number {
    const height = Math.min(this.full, TALLEST);
    const sight = this.box?.clientHeight ?? 0;
    return height > sight ? (this.full - sight) / (height - sight) : 1;
  }

  /** Only who scrolls decides whether to stay at the end; a log that grows does not. */
  private scrolled = (): void => {
    if (!this.box) return;
    const { scrollTop, clientHeight, scrollHeight } = this.box;
    this.look(scrollTop + clientHeight >= scrollHeight - NEAR_END);
  };

  private look(stuck = this.place.stuck): void {
    if (!this.box) return;
    const { scrollTop: bar, clientHeight: sight } = this.box;
    const known = this.exact && Math.abs(this.exact.bar - bar) <= 1 ? this.exact.top : bar * this.ratio();
    this.set({ top: known, bar, sight, stuck });
  }

  private wheel = (event: WheelEvent): void => {
    if (this.ratio() <= 1 || event.ctrlKey || event.shiftKey) return;
    event.preventDefault(); // one notch of the bar would pass many screens
    this.put(this.place.top + event.deltaY);
  };

  private set(place: Place): void {
    const { top, bar, sight, stuck } = this.place;
    if (place.top === top && place.bar === bar && place.sight === sight && place.stuck === stuck) return;
    this.place = place;
    for (const tell of this.readers) tell();
  }
}
