/** Numbers as people read them: thousands set apart, sizes in binary units. */

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });

export const count = (number: number): string => whole.format(number);

/** 48 · 9.69 · 0.412 */
export const figure = (number: number): string =>
  Math.abs(number) >= 100 ? whole.format(number) : short.format(number);

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

export function bytes(size: number): string {
  let unit = 0;
  let rest = size;
  while (rest >= 1024 && unit < UNITS.length - 1) {
    rest /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? whole.format(rest) : short.format(rest)} ${UNITS[unit] ?? ""}`;
}

/** 1 picture · 12 pictures */
export function plural(number: number, noun: string, many = `${noun}s`): string {
  return `${count(number)} ${number === 1 ? noun : many}`;
}
