/** SQL without comments, in which each text or name in quotes is a mark; and those, in order. */
export type Pieces = { code: string; quoted: string[] };

/** Takes comments out, and what stands in quotes aside, so that code can be told from text. */
export function pieces(sql: string): Pieces {
  const quoted: string[] = [];
  const code = sql.replace(
    /--[^\n]*|[xX]?'(?:[^']|'')*'|"(?:[^"]|"")*"|\$body\$[\s\S]*?\$body\$/g,
    (found) => {
      if (found.startsWith('--')) return '';
      return `§${quoted.push(blob(found)) - 1}§`;
    },
  );
  return { code, quoted };
}

const blob = (text: string): string => text.replace(/^[xX]'(.*)'$/, String.raw`'\x$1'::bytea`);

/** The code with its texts back in their places. */
export const whole = (code: string, quoted: readonly string[]): string =>
  code.replace(/§(\d+)§/g, (_, index: string) => quoted[Number(index)]!);

/** The place behind the parenthesis that closes the one at `open`; the end if there is none. */
export function closing(code: string, open: number): number {
  let depth = 0;
  for (let index = open; index < code.length; index++) {
    if (code[index] === '(') depth += 1;
    if (code[index] === ')' && --depth === 0) return index + 1;
  }
  return code.length;
}

/** What stands between commas, but for those in parentheses. */
export function listed(code: string): string[] {
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  for (let index = 0; index < code.length; index++) {
    if (code[index] === '(') depth += 1;
    if (code[index] === ')') depth -= 1;
    if (code[index] !== ',' || depth > 0) continue;
    parts.push(code.slice(from, index).trim());
    from = index + 1;
  }
  return [...parts, code.slice(from).trim()];
}

type Rewrite = (args: readonly string[], name: string) => string;

/** Writes every call of a function, by the pattern of its name, anew; calls within calls too. */
export function calls(code: string, name: string, rewrite: Rewrite): string {
  const match = new RegExp(`(?<![\\w.])(${name})\\(`, 'i').exec(code);
  if (!match) return code;
  const open = match.index + match[0].length - 1;
  const end = closing(code, open);
  const args = listed(code.slice(open + 1, end - 1)).map((arg) => calls(arg, name, rewrite));
  const anew = rewrite(args, match[1]!.toLowerCase());
  return code.slice(0, match.index) + anew + calls(code.slice(end), name, rewrite);
}
