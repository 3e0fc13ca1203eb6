/** Terminal text to styled pieces: the sixteen colours, 256, true colour, weight, and links. */

export interface Style {
  fg?: string;
  bg?: string;
  bold?: boolean;
  dim?: boolean;
  italic?: boolean;
  underline?: boolean;
  strike?: boolean;
  inverse?: boolean;
  href?: string;
}

export interface Piece extends Style {
  text: string;
  /** A hit of the search. */
  mark?: boolean;
}

// CSI sequences; OSC ones ended by BEL or ST; other two-character escapes
// eslint-disable-next-line no-control-regex
const ESCAPE = /\x1b\[([0-9;:?]*)[ -/]*([@-~])|\x1b\]([^\x07\x1b]*)(?:\x07|\x1b\\)|\x1b[@-Z\\-_=>78]/g;

/** Characters that would show nothing, or turn the text around them: shown as pictures of themselves. */
// eslint-disable-next-line no-control-regex
const UNSEEN = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

export function visible(text: string): string {
  return text.replace(UNSEEN, (sign) => {
    const code = sign.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : "\ufffd";
  });
}

export function parse(line: string): Piece[] {
  return pieces(line).map((piece) => ({ ...piece, text: visible(piece.text) }));
}

function pieces(line: string): Piece[] {
  if (!line.includes("\x1b")) return line ? [{ text: line }] : [];
  const found: Piece[] = [];
  let style: Style = {};
  let from = 0;
  for (const match of line.matchAll(ESCAPE)) {
    if (match.index > from) found.push({ text: line.slice(from, match.index), ...style });
    from = match.index + match[0].length;
    if (match[2] === "m") style = applied(style, (match[1] ?? "").split(/[;:]/).map(Number));
    else if (match[3]?.startsWith("8;")) style = linked(style, match[3]);
  }
  if (from < line.length) found.push({ text: line.slice(from), ...style });
  return found;
}

export const plain = (line: string): string => (line.includes("\x1b") ? line.replace(ESCAPE, "") : line);

function linked(style: Style, osc: string): Style {
  const rest = without(style, ["href"]);
  const address = osc.slice(osc.indexOf(";", 2) + 1);
  return /^https?:\/\//i.test(address) ? { ...rest, href: address } : rest;
}

const ON: Record<number, Style> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
};

const OFF: Record<number, (keyof Style)[]> = {
  22: ["bold", "dim"],
  23: ["italic"],
  24: ["underline"],
  27: ["inverse"],
  29: ["strike"],
  39: ["fg"],
  49: ["bg"],
};

function applied(before: Style, codes: number[]): Style {
  let style = { ...before };
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 0) style = style.href ? { href: style.href } : {};
    else if (ON[code]) Object.assign(style, ON[code]);
    else if (OFF[code]) style = without(style, OFF[code]);
    else if (code >= 30 && code <= 37) style.fg = named(code - 30);
    else if (code >= 90 && code <= 97) style.fg = named(code - 82);
    else if (code >= 40 && code <= 47) style.bg = named(code - 40);
    else if (code >= 100 && code <= 107) style.bg = named(code - 92);
    else if (code === 38 || code === 48) {
      const [colour, used] = extended(codes, at + 1);
      if (colour) style[code === 38 ? "fg" : "bg"] = colour;
      at += used;
    }
  }
  return style;
}

function without(style: Style, keys: (keyof Style)[]): Style {
  return Object.fromEntries(Object.entries(style).filter(([key]) => !keys.includes(key as keyof Style)));
}

/** `5;n` or `2;r;g;b`: the colour, and how many codes it took. */
function extended(codes: number[], at: number): [string | null, number] {
  if (codes[at] === 5) return [palette(codes[at + 1] ?? 0), 2];
  if (codes[at] === 2) return [mixed(codes[at + 1] ?? 0, codes[at + 2] ?? 0, codes[at + 3] ?? 0), 4];
  return [null, 1];
}

const named = (index: number): string => `var(--ansi-${index})`;

/** A colour of the program's own choice, drawn towards the text colour as far as the theme needs. */
const mixed = (r: number, g: number, b: number): string =>
  `color-mix(in oklab, rgb(${r} ${g} ${b}), var(--text) var(--ansi-mix))`;

function palette(index: number): string {
  if (index < 16) return named(index);
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return mixed(grey, grey, grey);
  }
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const cube = index - 16;
  return mixed(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

/** Marks every hit of `pattern` in the pieces; a hit may reach over several of them. */
export function marked(pieces: Piece[], pattern: RegExp | null): Piece[] {
  if (!pattern) return pieces;
  const text = pieces.map((piece) => piece.text).join("");
  const hits = [...text.matchAll(pattern)].filter((hit) => hit[0].length > 0);
  if (!hits.length) return pieces;
  const cuts = hits.flatMap((hit) => [hit.index, hit.index + hit[0].length]);
  const result: Piece[] = [];
  let at = 0;
  for (const piece of pieces) {
    const end = at + piece.text.length;
    let from = at;
    for (const cut of [...cuts.filter((each) => each > at && each < end), end]) {
      const mark = hits.some((hit) => hit.index <= from && cut <= hit.index + hit[0].length);
      result.push({ ...piece, text: text.slice(from, cut), ...(mark && { mark }) });
      from = cut;
    }
    at = end;
  }
  return result;
}

export function patternOf(q: string, regex: boolean): RegExp | null {
  if (!q) return null;
  try {
    return new RegExp(regex ? q : q.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi");
  } catch {
    return null;
  }
}
