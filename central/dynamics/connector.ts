import { type Clock, systemClock } from '../../shared/clock.ts';
import { readFields } from '../../shared/field.ts';
import type { Erp, Found, Outcome, Posting } from '../erp/erp.ts';
import { calendar } from '../erp/erpfields.ts';
import { dynamicsMasters } from './masters.ts';
import { messageOf, misfit, type Plant } from './message.ts';
import { type DynamicsOptions, dynamicsFields } from './options.ts';
import { openService, sendPath } from './service.ts';
import { openSight } from './sight.ts';
import { taken } from './states.ts';
import { openTokens } from './token.ts';

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
  const { company, queue, messages: names } = options;
  const plant: Plant = { ...options, dayAt: calendar(options.timeZone) };
  const service = openService(options, openTokens(options, clock));
  const sight = openSight(options, service);
  const { masters } = options;

  function bodyOf(posting: Posting): object {
    const { type, content } = messageOf(posting, plant);
    const to = { _companyId: company, _messageQueue: queue };
    return { ...to, _messageType: type, _messageContent: content };
  }

  return {
    name: 'dynamics',
    maxInFlightMs: options.maxInFlightMs,
    unfit: (posting) => misfit(posting, plant),

    ...(masters ? { masters: dynamicsMasters(service, { company, masters }, clock.nowMs) } : {}),

    preview: (posting) => ({ to: sendPath, body: bodyOf(posting) }),

    async post(posting: Posting, isSafe?: () => boolean): Promise<Outcome> {
      const reason = misfit(posting, plant);
      if (reason !== undefined) return { kind: 'refused', code: 'UNFIT', reason };
      const sent = await service.queue(bodyOf(posting), isSafe);
      return taken(sent, { idField: names.idField, nowMs: clock.nowMs() });
    },

    async lookup(posting: Posting): Promise<Found> {
      if (misfit(posting, plant) !== undefined) return [];
      return sight.of(posting, messageOf(posting, plant));
    },
  };
}
