/** Where rows stand when some are taller than one line. Remembers only the taller ones that were seen. */
export class Heights {
  private extra = new Map<number, number>();
  private rows: number[] = [];
  private sums: number[] = [];
  private stale = false;

  constructor(readonly base: number) {}

  /** Answers by how much the row has grown. */
  measured(row: number, height: number): number {
    const more = Math.max(0, height - this.base);
    const before = this.extra.get(row) ?? 0;
    if (Math.abs(more - before) < 0.5) return 0;
    if (more) this.extra.set(row, more);
    else this.extra.delete(row);
    this.stale = true;
    return more - before;
  }

  forget(): void {
    this.extra.clear();
    this.stale = true;
  }

  /** The upper edge of a row. */
  top(row: number): number {
    this.refresh();
    const before = this.countUpTo(row - 1);
    return row * this.base + (before ? (this.sums[before - 1] ?? 0) : 0);
  }

  /** The row that covers a height. */
  at(y: number): number {
    let low = 0;
    let high = Math.max(0, Math.floor(y / this.base));
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.top(middle) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private refresh(): void {
    if (!this.stale) return;
    this.rows = [...this.extra.keys()].sort((a, b) => a - b);
    let sum = 0;
    this.sums = this.rows.map((row) => (sum += this.extra.get(row) ?? 0));
    this.stale = false;
  }

  /** How many taller rows there are up to and with this one. */
  private countUpTo(row: number): number {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.rows[middle] ?? 0) <= row) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
