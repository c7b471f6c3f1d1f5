import { Fault } from '../shared/fault.ts';

/** A number as it was spelt, so that no digit is lost. */
export type Numeral = Readonly<{ numeral: string }>;
/** Objects are maps: no key is special, and none can be there twice. */
export type Json = null | boolean | string | Numeral | readonly Json[] | ReadonlyMap<string, Json>;

const depthMax = 32;
const blank = /[ \t\n\r]*/y;
const word = /true|false|null/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in a text.
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/**
 * Reads JSON (RFC 8259) and nothing more lenient. Throws Fault INVALID that names `name` for bad
 * syntax, a key that is there twice, half a surrogate pair, or more than 32 levels.
 */
export function parseJson(text: string, name: string): Json {
  let at = 0;

  function bad(what: string): Fault {
    return new Fault('INVALID', `${name}: ${what} at character ${at + 1}`);
  }

  function skip(): void {
    blank.lastIndex = at;
    blank.test(text);
    at = blank.lastIndex;
  }

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  }

  function takeText(): string {
    const begin = at;
    const found = take(string);
    if (found === undefined) throw bad('must be JSON: no text');
    const value = JSON.parse(found) as string;
    if (value.isWellFormed()) return value;
    at = begin;
    throw bad('half a surrogate pair in the text');
  }

  /** Whether another item follows `close`'s list; steps over the comma or the end. */
  function more(close: string, first: boolean): boolean {
    skip();
    if (text[at] === close) {
      at += 1;
      return false;
    }
    if (first) return true;
    if (text[at] !== ',') throw bad(`must be JSON: no "," or "${close}"`);
    at += 1;
    return true;
  }

  function takeObject(depth: number): Json {
    const entries = new Map<string, Json>();
    for (at += 1; more('}', entries.size === 0); ) {
      skip();
      const key = takeText();
      if (entries.has(key)) throw bad(`key ${JSON.stringify(key.slice(0, 40))} is there twice`);
      skip();
      if (text[at] !== ':') throw bad('must be JSON: no ":"');
      at += 1;
      entries.set(key, takeValue(depth));
    }
    return entries;
  }

  function takeList(depth: number): Json {
    const items: Json[] = [];
    for (at += 1; more(']', items.length === 0); ) items.push(takeValue(depth));
    return items;
  }

  function takeValue(depth: number): Json {
    skip();
    if (depth > depthMax) throw bad(`must have at most ${depthMax} levels`);
    if (text[at] === '{') return takeObject(depth + 1);
    if (text[at] === '[') return takeList(depth + 1);
    if (text[at] === '"') return takeText();
    const named = take(word);
    if (named !== undefined) return named === 'null' ? null : named === 'true';
    const numeral = take(number);
    if (numeral !== undefined) return { numeral };
    throw bad('must be JSON: no value');
  }

  const value = takeValue(1);
  skip();
  if (at < text.length) throw bad('must be JSON: something follows the value');
  return value;
}

export const isNumeral = (value: unknown): value is Numeral =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'numeral');

/** The plain decimal that a numeral spells ("1.50e1" is "15"), or undefined if it is very long. */
export function plainDecimal({ numeral }: Numeral): string | undefined {
  const [, sign, whole, fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(numeral)!;
  const shift = Number(exponent);
  if (Math.abs(shift) > 30 || numeral.length > 60) return undefined;
  const digits = `${'0'.repeat(30)}${whole}${fraction}${'0'.repeat(30)}`;
  const point = 30 + whole!.length + shift;
  const before = digits.slice(0, point).replace(/^0+(?=\d)/, '');
  const after = digits.slice(point).replace(/0+$/, '');
  const plain = after === '' ? before : `${before}.${after}`;
  return plain === '0' ? '0' : `${sign}${plain}`;
}
