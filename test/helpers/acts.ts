// Central's desk, asked as whoever it may be, and its own chain of facts.
import type { Asker } from '../../central/desk/asker.ts';
import type { Board } from '../../central/desk/board.ts';
import { operationsOf } from '../../central/desk/operations.ts';
import { decodeContent } from '../../shared/codec.ts';
import { centralLine } from '../../shared/subject.ts';
import { refused } from './central.ts';
import { deskAfter } from './deskbox.ts';

export const ada: Asker = { way: 'nats', name: 'person:17', credential: 'UADA' };
export const bob: Asker = { way: 'http', name: 'person:9', credential: 'token bob' };
export const nobody: Asker = { way: 'http' };
export const said = { by: 'person:17', reason: 'mended' };
export const second = { by: 'person:9', reason: 'seen' };

type Row = { position: number; sequence: number; bytes: Buffer; hash: Buffer };

/** Asks an operation as whoever it is: the answer, or the words of its refusal. */
export function as(board: Board) {
  const byName = new Map(operationsOf(board).map((one) => [one.name as string, one]));
  return (asker: Asker, name: string, given: object): Record<string, unknown> | string => {
    try {
      return byName.get(name)!.answer(given, 'request', asker) as Record<string, unknown>;
    } catch (error) {
      return (error as Error).message;
    }
  };
}

/** Central with a confirmation that the ERP refuses. */
export function opened(world: Parameters<typeof deskAfter>[1] = {}) {
  const desk = deskAfter(refused, world);
  const chain = () =>
    desk.db
      .prepare<[], Row>(
        `SELECT position, fact.sequence, bytes, fact.hash FROM fact
         JOIN line ON line.id = fact.line WHERE path = '${centralLine}' ORDER BY position`,
      )
      .all();
  const acts = () => chain().map(({ bytes }) => decodeContent(bytes));
  const trace = async (id: string) => {
    const told = await desk.board.trace({ id, limit: 100 });
    return told.facts.flatMap(({ act }) => (act ? [act.act] : []));
  };
  return { ...desk, chain, acts, trace, act: as(desk.board) };
}
