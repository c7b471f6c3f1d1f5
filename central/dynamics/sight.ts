import type { Found, Posting } from '../erp/erp.ts';
import { fieldsOf } from '../erp/exchange.ts';
import type { Message } from './message.ts';
import type { DynamicsConfig } from './options.ts';
import type { Service } from './service.ts';
import { type Row, rowsIn, rowsMax, standing } from './states.ts';

type Options = Pick<DynamicsConfig, 'keyField' | 'messages'>;

/**
 * Reads messages back. That nothing was found is believed only of a filter that has been seen to
 * find: a wrong name, a wildcard that is none or a right to read that is missing would else send
 * each lost answer a second time.
 */
export function openSight({ keyField, messages: names }: Options, service: Service) {
  let hasFound = false; // the filter by key has found a message of ours

  const read = async (filter?: string) =>
    rowsIn(await service.rows(names.entity, filter, rowsMax), names);
  const filterBy = (key: string): string => names.keyFilter.replaceAll('{key}', key);
  const keyOf = ({ content }: Row): unknown => fieldsOf(content)[keyField!];

  /** Whether the filter finds a message that is there; undefined if nobody has answered. */
  async function finds(): Promise<boolean | undefined> {
    if (hasFound) return true;
    const some = await read();
    if (!some) return undefined;
    const key = some.rows.map(keyOf).find((known) => typeof known === 'string');
    if (typeof key !== 'string') return false;
    const found = await read(filterBy(key));
    if (found) hasFound = found.rows.some((row) => keyOf(row) === key);
    return found && hasFound;
  }

  /** By its number, where it is known. */
  async function unproven(posting: Posting, message: Message): Promise<Found> {
    const found = posting.ticket === undefined ? [] : await byTicket(posting, message);
    if (found === undefined || 'kind' in found || found.length > 0) return found;
    return { kind: 'undecided', reason: neverFound };
  }

  async function byKey(posting: Posting, message: Message): Promise<Found> {
    const { key } = posting;
    const found = await read(filterBy(key));
    if (!found) return undefined;
    if (!found.areAll) return { kind: 'undecided', reason: `over ${rowsMax} messages found` };
    const own = found.rows.filter((row) => keyOf(row) === key);
    if (own.length > 0) hasFound = true;
    else {
      const isSure = await finds();
      if (isSure === undefined) return undefined;
      if (!isSure) return unproven(posting, message);
    }
    return standing(own, message);
  }

  async function byTicket(posting: Posting, message: Message): Promise<Found> {
    const { ticket } = posting;
    if (ticket === undefined) return unsaid(posting);
    const filter = names.ticketFilter.replaceAll('{ticket}', ticket.replaceAll("'", "''"));
    const found = await read(filter);
    return (
      found &&
      standing(
        found.rows.filter(({ id }) => id === ticket),
        message,
      )
    );
  }

  return {
    /** What the messages of a posting say of it. */
    of: (posting: Posting, message: Message): Promise<Found> =>
      keyField === undefined ? byTicket(posting, message) : byKey(posting, message),
  };
}

const neverFound =
  'messages.keyFilter has found no message yet: see whether it is right, and look for this one';

const unsaid = ({ kind, order, lot }: Posting): Found => {
  const about = order === undefined ? `batch ${lot}` : `order ${order}`;
  const look = `no field carries our key: look for its ${kind} among the messages of ${about}`;
  const todo = '"settle" takes it as there, "retry" sends it again';
  return { kind: 'undecided', reason: `${look}; ${todo}` };
};
