/**
 * Element strings of GS1 barcodes: pairs of an application identifier (AI) and a value, as in the
 * GS1 General Specifications, chapter 3 and 7.8, and the GS1 Barcode Syntax Dictionary.
 */

/** What separates a value of variable length from the next AI: FNC1, which scanners send as GS. */
const separator = '\u001d';
/** Symbology identifiers (ISO/IEC 15424) of symbols that carry element strings. */
const carriers = new Set([']C1', ']e0', ']e1', ']e2', ']d2', ']Q3', ']J1']);
/** And of those that carry a GTIN alone. */
const tradeItems = new Set([']E0', ']E3', ']E4']);
/** Characters that a value may have (GS1 AI encodable character set 82). */
const set82 = /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+$/;

/**
 * What follows an AI: so many digits first, then up to `more` characters; `least` of both at least.
 * A check digit ends the digits; a date is YYMMDD, whose day may be 00.
 */
type Format = Readonly<{
  digits: number;
  more: number;
  least: number;
  numeric: boolean;
  check: boolean;
  date: boolean;
}>;

/**
 * Every AI by its format: `c` with a check digit, `d` a date, `+` more characters that may be
 * absent, `++` at least one of which must be there, `n` digits only.
 */
const dictionary: Readonly<Record<string, string>> = {
  '18c': '00 8017 8018',
  '14c': '01 02 03',
  '+20': '10 21 22 243 254 420 4318 7020 7021 7022 710-717 7240 8002 8012',
  '6d': '11 12 13 15 16 17 4326 7006',
  '2': '20 7241',
  '+28': '235',
  '+30': '240 241 250 251 400 401 403 4308 4319 7002 7023 8004 8010 90',
  '+n6': '242',
  '13c+17': '253',
  '13c+n12': '255',
  '+n8': '30 37',
  '6': '3100-3165 3200-3375 3400-3575 3600-3695 3950-3955 8005',
  '+n15': '3900-3909 3920-3929 423 425',
  '3++n15': '3910-3919 3930-3939',
  '4': '3940-3943 8111',
  '17c': '402',
  '13c': '410-417',
  '3++9': '421',
  '3': '422 424 426',
  '+3': '427 7008',
  '+35': '4300 4301 4310 4311 4320',
  '+70': '4302-4306 4312-4316 8110 8112 8200',
  '++2': '4307 4317 7010',
  '20': '4309',
  '1': '4321 4322 4323',
  '10': '4324 4325 7003',
  '6+1': '4330-4333',
  '13': '7001',
  '+n4': '7004',
  '+12': '7005',
  '6d+n6': '7007',
  '+10': '7009',
  '6d+n4': '7011',
  '3++27': '7030-7039',
  '1++3': '7040',
  '++30': '7230-7239',
  '+25': '7242 8013 8020',
  '14': '8001',
  '14c+16': '8003',
  '18': '8006 8026',
  '+34': '8007',
  '8+n4': '8008',
  '+50': '8009',
  '+n12': '8011',
  '+n10': '8019',
  '+90': '8030 91-99',
};

function formatOf(text: string): Format {
  const [, first = '', check = '', date = '', plus = '', digit = '', more = ''] =
    /^(\d*)(c?)(d?)(\+*)(n?)(\d*)$/.exec(text)!;
  const digits = Number(first);
  const must = plus === '++' || digits === 0 ? 1 : 0;
  return {
    ...{ digits, more: Number(more), least: digits + (plus === '' ? 0 : must) },
    ...{ numeric: plus === '' || digit === 'n', check: check !== '', date: date !== '' },
  };
}

const formats = new Map<string, Format>();
for (const [text, names] of Object.entries(dictionary)) {
  for (const name of names.split(' ')) {
    const [first, last = first] = name.split('-') as [string, string?];
    for (let ai = Number(first); ai <= Number(last); ai++) {
      formats.set(`${ai}`.padStart(first.length, '0'), formatOf(text));
    }
  }
}

/** How many digits an AI has, by its first two; of any other, nobody can say where it ends. */
function aiLength(first: string): number | undefined {
  if (/^(0[0-4]|1\d|2[0-2]|30|37|9\d)$/.test(first)) return 2;
  if (/^(2[3-5]|4[0-2]|71)$/.test(first)) return 3;
  return /^(3[1-69]|43|70|72|8[0-2])$/.test(first) ? 4 : undefined;
}

/** Values of AIs that begin so have one length for ever, and need no separator behind them. */
const fixed: Readonly<Record<string, number>> = {
  ...{ '00': 18, '01': 14, '02': 14, '03': 14, '04': 16, '20': 2 },
  ...Object.fromEntries([11, 12, 13, 14, 15, 16, 17, 18, 19].map((ai) => [ai, 6])),
  ...Object.fromEntries([31, 32, 33, 34, 35, 36].map((ai) => [ai, 6])),
  '41': 13,
};

/** The check digit that these digits need, by GS1's weights of 3 and 1 from the right. */
export function checkDigit(digits: string): string {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    sum += Number(digits[digits.length - 1 - at]) * (at % 2 === 0 ? 3 : 1);
  }
  return `${(10 - (sum % 10)) % 10}`;
}

const daysOf = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
function isDate(text: string): boolean {
  const [year, month, day] = [0, 2, 4].map((at) => Number(text.slice(at, at + 2))) as [
    number,
    number,
    number,
  ];
  const days = month === 2 && year % 4 !== 0 ? 28 : (daysOf[month - 1] ?? 0);
  return days > 0 && day <= days;
}

/** What is wrong with a value; undefined if nothing is, or the AI is one that we do not know. */
function complaint(ai: string, value: string): string | undefined {
  if (value === '') return `(${ai}) has no value`;
  if (!set82.test(value)) return `(${ai}) has a character that is not allowed`;
  const format = formats.get(ai);
  if (!format) return undefined;
  const { digits, more, least, numeric, check, date } = format;
  const most = digits + more;
  if (value.length < least || value.length > most) {
    return `(${ai}) must have ${least === most ? least : `${least} to ${most}`} characters`;
  }
  const head = numeric ? value : value.slice(0, digits);
  if (!/^\d*$/.test(head)) return `(${ai}) must be digits`;
  const body = value.slice(0, digits);
  if (check && checkDigit(body.slice(0, -1)) !== body.at(-1)) {
    return `(${ai}) has a wrong check digit`;
  }
  return date && !isDate(body.slice(0, 6)) ? `(${ai}) is no date` : undefined;
}

export type Gs1 =
  | { elements: Readonly<Record<string, string>>; problem?: undefined }
  | { elements?: undefined; problem: string };

function collect(pairs: Iterable<readonly [ai: string, value: string] | string>): Gs1 {
  const elements: Record<string, string> = {};
  for (const pair of pairs) {
    if (typeof pair === 'string') return { problem: pair };
    const [ai, value] = pair;
    const problem = complaint(ai, value);
    if (problem !== undefined) return { problem };
    if ((elements[ai] ?? value) !== value) return { problem: `(${ai}) stands there twice` };
    elements[ai] = value;
  }
  return Object.keys(elements).length > 0 ? { elements } : { problem: 'no AI' };
}

/** As it is sent by a scanner; yields a text where it cannot go on. */
function* scanned(text: string): Generator<[string, string] | string> {
  let at = 0;
  while (at < text.length) {
    const first = text.slice(at, at + 2);
    const length = aiLength(first);
    const ai = text.slice(at, at + (length ?? 2));
    if (length === undefined || !/^\d+$/.test(ai) || ai.length < length) {
      yield `no AI begins with ${JSON.stringify(first)}`;
      return;
    }
    const begin = at + length;
    const gap = text.indexOf(separator, begin);
    const most = fixed[first];
    const end = Math.min(
      gap < 0 ? text.length : gap,
      most === undefined ? text.length : begin + most,
    );
    yield [ai, text.slice(begin, end)];
    at = text[end] === separator ? end + 1 : end;
  }
}

/** As it is printed for people: an AI in brackets; a bracket in a value may be written "\(". */
function* printed(text: string): Generator<[string, string] | string> {
  const parts = text.split(/(?<!\\)\((\d{2,4})\)/);
  if (parts[0] !== '') yield 'must begin with an AI in brackets';
  for (let at = 1; at < parts.length; at += 2) {
    yield [parts[at]!, parts[at + 1]!.replaceAll('\\(', '(')];
  }
}

/**
 * Reads a scan: with or without symbology identifier, with FNC1 as GS, or printed with brackets.
 * Undefined for what is no element string; a problem for what says that it is one, and is not.
 *
 * Without any mark a text counts as one only if it begins with an SSCC or a GTIN and all of it can
 * be read. AIs that we do not know are kept.
 */
export function readGs1(raw: string): Gs1 | undefined {
  const code = raw.replaceAll(/<GS>|\u241d/gi, separator);
  const symbology = code.slice(0, 3);
  if (carriers.has(symbology)) return collect(scanned(unmarked(code.slice(3))));
  if (tradeItems.has(symbology)) return tradeItem(code.slice(3));
  if (symbology.startsWith(']')) return undefined;
  if (code.startsWith(separator)) return collect(scanned(unmarked(code)));
  if (/^\(\d{2,4}\)/.test(code)) return collect(printed(code));
  if (!/^0[0-3]\d{14}/.test(code)) return undefined;
  const found = collect(scanned(code));
  return found.elements ? found : undefined;
}

const unmarked = (code: string): string => (code.startsWith(separator) ? code.slice(1) : code);

/** A GTIN as EAN-13, EAN-8 or UPC-A, in its 14 digits. */
function tradeItem(text: string): Gs1 {
  if (!/^(\d{8}|\d{12}|\d{13})$/.test(text)) return { problem: 'a GTIN has 8, 12 or 13 digits' };
  return collect([['01', text.padStart(14, '0')]]);
}
