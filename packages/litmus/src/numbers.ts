/** Numbers as C writes them: decimal, octal, hexadecimal, binary, characters, with the suffixes of their types. */

/** A number that was read, and what its writing says of its type (C11 6.4.4). */
export interface Numeral {
  readonly value: bigint;
  /** Decimal numbers are signed unless a suffix says otherwise; the others may be unsigned. */
  readonly decimal: boolean;
  readonly unsigned: boolean;
  readonly long: boolean;
}

const FORMS: readonly (readonly [RegExp, string, string])[] = [
  [/^0[xX]([0-9a-fA-F]+)(.*)$/, '0x', 'hexadecimal'],
  [/^0[bB]([01]+)(.*)$/, '0b', 'binary'],
  [/^0([0-7]+)(.*)$/, '0o', 'octal'],
  [/^(0|[1-9][0-9]*)(.*)$/, '', 'decimal'],
];
const SUFFIX = /^(?:u|l|ll|ul|ull|lu|llu)?$/;
const ESCAPES: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  '0': 0,
  '\\': 92,
  "'": 39,
  '"': 34,
  '?': 63,
};

/**
 * @param text a word that begins with a digit, or a character in quotes, without a sign
 * @returns a text that says what is wrong with it, when it is no number of C
 */
export function readNumeral(text: string): Numeral | string {
  if (text.startsWith("'")) return character(text);
  if (/^0[0-9]*[89]/.test(text))
    return `"${text}" is no number: a leading 0 makes it octal, and octal digits go up to 7`;
  for (const [form, prefix, name] of FORMS) {
    const [, digits, rest] = form.exec(text) ?? [];
    if (digits === undefined || rest === undefined) continue;
    const suffix = rest.toLowerCase();
    if (!SUFFIX.test(suffix) || /lL|Ll/.test(rest))
      return `"${text}" is no number: "${rest}" behind ${name} digits is no suffix of C`;
    const value = BigInt(prefix + digits);
    if (value >= 1n << 64n) return `${text} does not fit in 64 bits`;
    return { value, decimal: prefix === '', unsigned: suffix.includes('u'), long: suffix.includes('l') };
  }
  return `"${text}" is no number of C`;
}

function character(text: string): Numeral | string {
  const inside = text.slice(1, -1);
  const code = /^[^\\]$/.test(inside) ? inside.charCodeAt(0) : /^\\.$/.test(inside) ? ESCAPES[inside[1]!] : undefined;
  if (code === undefined || code > 127)
    return `${text} is no character that is understood: known are those of ASCII, and escapes of one letter`;
  return { value: BigInt(code), decimal: true, unsigned: false, long: false };
}
