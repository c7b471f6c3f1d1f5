import { type Clock, systemClock } from '../../shared/clock.ts';
import { readFields } from '../../shared/field.ts';
import type { Erp, Found, Outcome, Posting } from '../erp.ts';
import { calendar } from '../sap.ts';
import { messageOf, misfit, type Plant } from './message.ts';
import { type DynamicsOptions, dynamicsFields } from './options.ts';
import { openService, sendPath } from './service.ts';
import { rowsIn, rowsMax, standing, taken } from './states.ts';
import { fieldsOf, openTokens } from './token.ts';

/**
 * Dynamics 365 Supply Chain Management by its message processor; asynchronous. Throws Fault INVALID
 * if an option is bad.
 *
 * 200 says that a message is in the queue. What became of it is read back, by our key where the
 * plant has an extension field for it, else by the message's number; where there is neither, only a
 * person can tell. That messages can be read by OData, and under which names, is [K]. A message
 * that says otherwise than the posting is never taken for it.
 */
export function dynamicsErp(
  given: DynamicsOptions,
  { clock = systemClock }: { clock?: Clock } = {},
): Erp {
  const options = readFields(dynamicsFields, given, 'dynamics');
  const { company, queue, keyField, messages: names } = options;
  const plant: Plant = { ...options, dayAt: calendar(options.timeZone) };
  const service = openService(options, openTokens(options, clock));

  /** By what it is found; undefined if there is nothing. */
  function filterOf(posting: Posting): string | undefined {
    if (keyField !== undefined) return names.keyFilter.replaceAll('{key}', posting.key);
    const { ticket } = posting;
    return ticket && names.ticketFilter.replaceAll('{ticket}', ticket.replaceAll("'", "''"));
  }

  const unsaid = ({ kind, order, lot }: Posting): Found => {
    const about = order === undefined ? `batch ${lot}` : `order ${order}`;
    const look = `no field carries our key: look for its ${kind} among the messages of ${about}`;
    const todo = '"settle" takes it as there, "retry" sends it again';
    return { kind: 'undecided', reason: `${look}; ${todo}` };
  };

  function bodyOf(posting: Posting): object {
    const { type, content } = messageOf(posting, plant);
    const to = { _companyId: company, _messageQueue: queue };
    return { ...to, _messageType: type, _messageContent: content };
  }

  return {
    name: 'dynamics',
    maxInFlightMs: options.maxInFlightMs,
    unfit: (posting) => misfit(posting, plant),

    preview: (posting) => ({ to: sendPath, body: bodyOf(posting) }),

    async post(posting: Posting, isSafe?: () => boolean): Promise<Outcome> {
      const reason = misfit(posting, plant);
      if (reason !== undefined) return { kind: 'refused', code: 'UNFIT', reason };
      const sent = await service.queue(bodyOf(posting), isSafe);
      return taken(sent, { idField: names.idField, nowMs: clock.nowMs() });
    },

    async lookup(posting: Posting): Promise<Found> {
      if (misfit(posting, plant) !== undefined) return [];
      const filter = filterOf(posting);
      if (filter === undefined) return unsaid(posting);
      const rows = rowsIn(await service.rows(names.entity, filter, rowsMax), names);
      if (rows === undefined) return undefined;
      if (rows === 'many') return { kind: 'undecided', reason: `over ${rowsMax} messages found` };
      const own = rows.filter(({ id, content }) =>
        keyField === undefined
          ? id === posting.ticket
          : fieldsOf(content)[keyField] === posting.key,
      );
      return standing(own, messageOf(posting, plant));
    },
  };
}
