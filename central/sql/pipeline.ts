import type pg from 'pg';
import type { Query, Value } from './wire.ts';

type Field = { name: string; dataTypeID: number };
/** A statement that this connection knows by name, once it was sent. */
type Kept = { text: string; name: string; isSent: boolean; fields: Field[] | undefined };
/** What npm's `pg` hands a statement of ours: the messages of PostgreSQL's protocol. */
type Wire = {
  stream: { cork(): void; uncork(): void };
  parse(message: { name: string; text: string; types: [] }): void;
  bind(message: { statement: string; values: readonly unknown[] }): void;
  describe(message: { type: 'P'; name: '' }): void;
  execute(message: { portal: '' }): void;
  sync(): void;
};
export type Answered = Readonly<{
  columns: readonly string[];
  rows: readonly (readonly Value[])[];
  allChanges: readonly number[];
  command: string;
}>;

const number = (text: string): number | bigint => {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
};
/** By the type's number in PostgreSQL; all else is text. */
const parsers: Readonly<Record<number, (text: string) => Value>> = {
  16: (text) => (text === 't' ? 1 : 0),
  17: (text) => Uint8Array.from(Buffer.from(text.slice(2), 'hex')),
  ...{ 20: number, 21: number, 23: number, 1700: number },
  701: Number,
};
const asIs = (text: string): string => text;
export const parserOf = (type: number): ((text: string) => Value) => parsers[type] ?? asIs;

const bound = ({ values }: Query): (string | Buffer | null)[] =>
  values.map((value) =>
    typeof value === 'string' || value === null
      ? value
      : Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  );

/**
 * Statements of one connection, sent together with one word that ends them: the server answers them
 * in one go, and behind one that fails it runs none.
 */
export function openPipeline(client: pg.Client) {
  const known = new Map<number, Kept>();
  let renamed = 0;

  function keptOf({ statement, text }: Query, texts: ReadonlyMap<number, string>): Kept {
    if (statement === undefined) return { text: text!, name: '', isSent: false, fields: undefined };
    const kept = known.get(statement) ?? {
      ...{ text: texts.get(statement)!, name: `h${statement}` },
      ...{ isSent: false, fields: undefined },
    };
    known.set(statement, kept);
    return kept;
  }

  /** Of what was sent with the one that failed the server knows some by name, and some not. */
  function mistrust(parsed: ReadonlyMap<Kept, number>, failed: number): void {
    for (const [kept, at] of parsed) {
      if (at < failed) continue;
      kept.isSent = false;
      if (at === failed) kept.name = `${kept.name}_${++renamed}`;
    }
  }

  function submit(wire: Wire, queries: readonly Query[], all: readonly Kept[]): Map<Kept, number> {
    const parsed = new Map<Kept, number>();
    wire.stream.cork();
    try {
      queries.forEach((query, at) => {
        const kept = all[at]!;
        const { name, text } = kept;
        if (!kept.isSent) {
          wire.parse({ name, text, types: [] });
          kept.isSent = true;
          parsed.set(kept, at);
        }
        wire.bind({ statement: name, values: bound(query) });
        if (!kept.fields) wire.describe({ type: 'P', name: '' });
        wire.execute({ portal: '' });
      });
      wire.sync();
    } finally {
      wire.stream.uncork();
    }
    return parsed;
  }

  return {
    /** Rejects with the error of the first that fails. `texts` are those of all numbers. */
    run(queries: readonly Query[], texts: ReadonlyMap<number, string>): Promise<Answered> {
      const all = queries.map((query) => keptOf(query, texts));
      return new Promise((resolve, reject) => {
        let parsed: Map<Kept, number> | undefined;
        const allChanges: number[] = [];
        const rows: Value[][] = [];
        let command = '';
        const isLast = () => allChanges.length === all.length - 1;
        const done = (changes: number): void => {
          all[allChanges.length]!.fields ??= [];
          allChanges.push(changes);
        };
        client.query({
          submit(wire: unknown): null {
            parsed = submit(wire as Wire, queries, all);
            return null; // no error: `pg` asks for that
          },
          handleRowDescription({ fields }: { fields: Field[] }): void {
            all[allChanges.length]!.fields = fields;
          },
          handleDataRow({ fields: texts }: { fields: (string | null)[] }): void {
            if (!isLast()) return;
            const { fields } = all.at(-1)!;
            rows.push(
              texts.map((text, at) =>
                text === null ? null : parserOf(fields![at]!.dataTypeID)(text),
              ),
            );
          },
          handleCommandComplete({ text }: { text: string }): void {
            const words = text.split(' ');
            command = words[0]!;
            done(Number(words.at(-1)) || 0);
          },
          handleEmptyQuery: () => done(0),
          handleError(error: Error): void {
            mistrust(parsed ?? new Map(), allChanges.length);
            reject(error);
          },
          handleReadyForQuery(): void {
            const columns = all.at(-1)!.fields!.map(({ name }) => name);
            resolve({ columns, rows, allChanges, command });
          },
        });
      });
    },
  };
}
