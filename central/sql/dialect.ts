import { schemaOf } from './ddl.ts';
import { calls, pieces, whole } from './sqltext.ts';

/** Columns that hold 0 or 1 and stand in conditions by their bare name, as SQLite has it. */
const flags = 'beside|is_open|placed|released|closed|completed|inspect|unmade';
const flagBefore = new RegExp(`\\b(AND|OR|NOT|WHERE)(\\s+)(${flags})\\b(?!\\s*[=<>*.,+-])`, 'g');
const flagAfter = new RegExp(`(?<![.\\w])(${flags})(\\s+(?:AND|OR)\\b)`, 'g');

/**
 * What SQLite writes otherwise than PostgreSQL, in the words of PostgreSQL; text in quotes stays as
 * it is. Everything else in central's statements is written so that both understand it.
 */
export function expressionsOf(sql: string): string {
  const { code, quoted } = pieces(sql);
  const instr = (args: readonly string[]) => `(position(${args[1]} IN ${args[0]}))`;
  const shorter = calls(code, 'instr', instr)
    .replace(/\bCAST\((§\d+§) AS BLOB\)/g, '$1::bytea')
    .replace(/\bGLOB (§\d+§)/g, (_, text: string) => {
      quoted.push(whole(text, quoted).replace(/\*'$/, "%'"));
      return `LIKE §${quoted.length - 1}§`;
    })
    .replace(/\bIS NOT (?!NULL\b|DISTINCT\b)/g, 'IS DISTINCT FROM ')
    .replace(flagBefore, '$1$2($3 = 1)')
    .replace(flagAfter, '($1 = 1)$2')
    .replace(/(?<![:"\w.])([a-z]+[A-Z]\w*)/g, '"$1"');
  const named = calls(
    calls(shorter, 'iif', ([test, yes, no]) => `(CASE WHEN ${test} THEN ${yes} ELSE ${no} END)`),
    '(?:max|min)',
    (args, name) =>
      `${args.length === 1 ? name : name === 'max' ? 'greatest' : 'least'}(${args.join(', ')})`,
  );
  return whole(named, quoted);
}

/** What a parameter is, so that PostgreSQL need not guess it from where it stands. */
const casts = { integer: '::bigint', real: '::double precision', text: '::text' } as const;
export type Kind = keyof typeof casts | 'bytes' | 'null';

export type Statement = Readonly<{
  /** The text for parameters of these kinds, in the order of `names`. */
  textFor: (kinds: readonly Kind[]) => string;
  /** Names of the parameters, in their order; numbers for those without a name, from 0. */
  names: readonly (string | number)[];
  /** False for what only reads. */
  writes: boolean;
  /**
   * The text that adds so many rows at once, each with its own parameters; undefined for what does
   * anything else than add one row of plain values.
   */
  textOfRows: ((rows: number) => string) | undefined;
}>;

/** Adds one row of values as they are given; what is there already is an error. */
const plain = /^\s*INSERT\s+INTO\s+\w+\s*(?:\([^()]*\)\s*)?VALUES\s*\([^()]*\)\s*$/i;

/** What each value is need not be said: the column says it. */
function addingRows(parts: readonly (string | number)[], names: number, rows: number): string {
  const from = (parts[0] as string).lastIndexOf('(');
  const row = (at: number) =>
    [(parts[0] as string).slice(from), ...parts.slice(1)]
      .map((part) => (typeof part === 'string' ? part : `$${at * names + part + 1}`))
      .join('');
  const into = (parts[0] as string).slice(0, from);
  return into + Array.from({ length: rows }, (_, at) => row(at)).join(', ');
}

/** A statement of central for PostgreSQL: `?` and `:name` become `$1`, `$2` … */
export function statementOf(sql: string): Statement {
  const { code, quoted } = pieces(expressionsOf(sql));
  const names: (string | number)[] = [];
  let unnamed = 0;
  const parts = code.split(/(\?|(?<!:):[a-zA-Z]\w*)/).map((part, index) => {
    if (index % 2 === 0) return whole(part, quoted);
    const name = part === '?' ? unnamed++ : part.slice(1);
    const known = names.indexOf(name);
    return known === -1 ? names.push(name) - 1 : known;
  });
  return {
    names,
    textOfRows: plain.test(code) ? (rows) => addingRows(parts, names.length, rows) : undefined,
    writes: /^\s*(?:INSERT|UPDATE|DELETE|CREATE|DROP|ALTER)\b/i.test(code),
    textFor: (kinds) =>
      parts
        .map((part) => {
          if (typeof part === 'string') return part;
          const kind = kinds[part]!;
          return `$${part + 1}${kind in casts ? casts[kind as keyof typeof casts] : ''}`;
        })
        .join(''),
  };
}

/** A script of migrations for PostgreSQL: tables, indexes, triggers, and what fills them. */
export const scriptOf = (sql: string): string => schemaOf(sql, expressionsOf);
