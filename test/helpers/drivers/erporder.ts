import { openErpStatus } from '../../../central/erp/erpstatus.ts';
import type { Content } from '../../../shared/event.ts';
import { m1, openSide, stated } from '../central.ts';
import { content } from '../facts.ts';
import type { Contradiction, Path } from '../paths.ts';
import type { Rig } from '../tour.ts';

const wo1 = { order: 'WO-1' };
const { release, report, produce, complete, close } = stated;
const reason = { reason: 'why' };
let names = 0;
const name = (): string => `erp order ${++names}`;

/** Facts of one order, and documents of ours that the ERP has taken. */
export function openErpOrder(region: Region): Rig {
  const side = openSide();
  const status = openErpStatus(side.db, side.dossier);
  const made: Content[] = [];
  let left = 100;

  function post(...facts: Content[]): void {
    made.push(facts[0]!);
    side.note(m1, ...facts);
    side.drain();
  }
  /** The youngest of them, or all of them: what takes back the last that stands. */
  const takeBack = (count: number) => () => {
    for (const { eventId } of made.splice(-count).reverse()) {
      side.note(m1, content(name(), 'FactReversed', { original: eventId, ...reason }, wo1));
      side.drain();
    }
  };
  function receive(quantity: number): void {
    left -= quantity;
    post(produce('L', `${quantity}`));
  }
  if (region !== 'lifecycle') side.note(m1, release());

  const say = (type: 'OrderReopened' | 'OrderCancelRequested') =>
    side.note(m1, content(name(), type, reason, wo1));
  return {
    name: region,
    state: () => status('WO-1')?.[region],
    drives: {
      Create: () => () => undefined,
      Release: () => () => side.note(m1, release()),
      CompleteTechnically: () => () => side.note(m1, content(name(), 'OrderCompleted', {}, wo1)),
      RevokeTechnicalCompletion: () => () => say('OrderReopened'),
      Close: () => () => side.note(m1, close()),
      SetDeletionFlag: () => () => say('OrderCancelRequested'),
      ConfirmInPart: () => () => post(report('1')),
      ConfirmFinally: () => () => post(complete(), close()),
      CancelConfirmation: () => takeBack(1),
      CancelLastConfirmation: () => takeBack(made.length),
      ReceiveInPart: () => () => receive(10),
      ReceiveAll: () => () => receive(left),
    },
  };
}

/** An order is known to central by its release: it is created and released by one fact. */
export const asOne = (path: Path): Path => {
  const [first, second, ...rest] = path;
  return first?.name === 'Create' && second?.name === 'Release'
    ? [{ ...second, from: first.from }, ...rest]
    : path;
};

export const regions = ['lifecycle', 'confirmation', 'delivery'] as const;
export type Region = (typeof regions)[number];

export const erpLists: Readonly<Record<Region, readonly Contradiction[]>> = {
  lifecycle: [
    {
      step: /^Create$/,
      after: () => true,
      why: 'central knows an order by its release, which creates and releases it at once',
    },
    {
      step: /^SetDeletionFlag$/,
      after: () => true,
      why: 'the flag is set in the ERP, and no fact of ours tells of it',
    },
  ],
  confirmation: [
    {
      step: /^CancelConfirmation$/,
      after: () => true,
      why: 'what confirms finally is no report, and is taken back in the ERP by a person',
    },
  ],
  delivery: [],
};
