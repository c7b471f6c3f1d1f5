import type { Unread } from '../erp/figures.ts';
import type { Places, Row } from './places.ts';
import type { Tryton } from './session.ts';

/** Rows of one answer, which has 1 MB at most, and most that are read of one sort. */
const pageMax = 250;
const rowsMax = 10_000;

/** All rows of a model in order of their ids, page by page, or why they were not read. */
export async function allRows(
  tryton: Tryton,
  [model, domain, fields]: readonly [string, readonly unknown[], readonly string[]],
  { context }: Pick<Places, 'context'>,
): Promise<readonly Row[] | Unread> {
  const read: Row[] = [];
  const method = `model.${model}.search_read`;
  while (read.length < rowsMax) {
    const after = ['id', '>', read.at(-1)?.['id'] ?? 0];
    const asked = [[after, ...domain], 0, pageMax, [['id', 'ASC']], fields, context] as const;
    const reply = await tryton.ask(method, ...asked);
    if (reply.kind !== 'result') return { unread: reply.reason };
    const page = reply.result;
    if (!Array.isArray(page) || page.some((row) => typeof row?.id !== 'number')) {
      return { unread: `${method}: an answer that is no list` };
    }
    read.push(...(page as Row[]));
    if (page.length < pageMax) return read;
  }
  return { unread: `more than ${rowsMax} rows of ${model}` };
}

export const isUnread = (given: object | undefined): given is Unread =>
  given !== undefined && 'unread' in given;
