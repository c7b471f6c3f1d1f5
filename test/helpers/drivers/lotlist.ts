import type { Contradiction, Path } from '../paths.ts';
import { asStated } from './lot.ts';

/** Quality must release the lot, as far as the path says. */
const waits = (before: Path): boolean =>
  before.reduce((waiting, { name }) => {
    if (/ to inspect$| unreleased$/.test(name)) return true;
    return name === 'LotReleased' ? false : waiting;
  }, false);

/** Quality must release the lot, or it was held, and the driver has seen to that. */
const mayWait = (before: Path): boolean =>
  waits(before) || before.findLast(({ name }) => name !== asStated)?.from === 'restricted';

export const lotList: readonly Contradiction[] = [
  {
    step: /^Hold(Reduced|Released|Cancelled|Dispositioned)$/,
    after: (_, before) => waits(before),
    why: 'quality has not released the lot, and after the hold it goes on to wait for that',
  },
  {
    step: /^(LotProduced|MaterialReturned)$/,
    after: ({ from }, before) => from === 'closed' && waits(before),
    why: 'quality had not released the lot when it was used up, and there again it waits for that',
  },
  {
    step: /^MaterialConsumed to the last$/,
    after: ({ from }, before) => from === 'closed' && waits(before),
    why: 'quality had not released the lot when it was used up, and no more of it is used',
  },
  {
    step: /^MaterialReturned to inspect$/,
    after: ({ from }, before) => from === 'closed' && !mayWait(before),
    why: 'quality had released the lot when it was used up, and there again it does not wait',
  },
  {
    step: /^MaterialReturned to inspect$/,
    after: ({ from }) => from !== 'closed',
    why: 'what comes back to a lot that is not used up changes nothing for quality',
  },
  {
    step: /^LotReceived$/,
    after: ({ from }) => from === 'inProcess',
    why: 'what waits for quality makes all that comes to it wait: it is `LotReceived to inspect`',
  },
  {
    step: /^MaterialConsumed to the last$/,
    after: ({ from }) => from === 'planned',
    why: 'of a lot that was never seen it is not known how much is left',
  },
  {
    step: /^MaterialConsumed$/,
    after: ({ from }) => from === 'closed',
    why: 'of what is closed nothing is left, so that each use is one to the last',
  },
];
