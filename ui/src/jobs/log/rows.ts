/** Which row of the view shows what: lines, and the headings of sections, some of them folded. */
import type { LogSection } from "../../api/types";

export type Row =
  | { kind: "line"; line: number; depth: number }
  | { kind: "section"; section: LogSection; depth: number; folded: boolean };

interface Block {
  /** The first row. */
  row: number;
  rows: number;
  depth: number;
  heading: { section: LogSection; folded: boolean } | null;
  from: number;
}

/** Rows are never listed one by one: a block of lines is one entry, however long the log. */
export class Rows {
  private constructor(
    private readonly blocks: Block[],
    readonly count: number,
  ) {}

  static of(total: number, sections: LogSection[], folded: ReadonlySet<number>): Rows {
    const maker = new Maker(total);
    for (const section of inOrder(sections)) maker.section(section, folded.has(section.number));
    return new Rows(...maker.finish());
  }

  at(row: number): Row | null {
    const block = this.block((each) => each.row <= row);
    if (!block || row < 0 || row >= block.row + block.rows) return null;
    if (block.heading) return { kind: "section", depth: block.depth, ...block.heading };
    return { kind: "line", line: block.from + row - block.row, depth: block.depth };
  }

  /** The row of a line, or of the folded heading that hides it. */
  ofLine(line: number): number {
    const block = this.block((each) => each.from <= line);
    if (!block) return 0;
    return block.row + Math.min(Math.max(0, line - block.from), block.rows - 1);
  }

  /** The last block that fits; blocks are in order. */
  private block(fits: (block: Block) => boolean): Block | undefined {
    let low = 0;
    let high = this.blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (fits(this.blocks[middle] as Block)) low = middle + 1;
      else high = middle;
    }
    return this.blocks[low - 1];
  }
}

function inOrder(sections: LogSection[]): LogSection[] {
  return [...sections].sort((a, b) => a.line - b.line || a.number - b.number);
}

class Maker {
  private readonly blocks: Block[] = [];
  private row = 0;
  private line = 1;
  private open: number[] = []; // where the sections around this place end

  constructor(private readonly total: number) {}

  section(section: LogSection, folded: boolean): void {
    if (section.line < this.line) return; // a folded one around it has swallowed it
    this.lines(section.line);
    const end = section.end_line ?? this.total + 1;
    this.blocks.push({ row: this.row, rows: 1, depth: this.open.length, heading: { section, folded }, from: section.line });
    this.row += 1;
    if (folded) this.line = Math.max(this.line, end);
    else this.open.push(end);
  }

  finish(): [Block[], number] {
    this.lines(this.total + 1);
    return [this.blocks, this.row];
  }

  /** The lines up to `to`, leaving on the way the sections that end before it. */
  private lines(to: number): void {
    while (this.open.length) {
      const end = this.open[this.open.length - 1] as number;
      if (end > to) break;
      this.put(end);
      this.open.pop();
    }
    this.put(to);
  }

  private put(to: number): void {
    if (to <= this.line) return;
    const rows = to - this.line;
    this.blocks.push({ row: this.row, rows, depth: this.open.length, heading: null, from: this.line });
    this.row += rows;
    this.line = to;
  }
}
