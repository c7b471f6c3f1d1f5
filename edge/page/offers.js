// What central asks of an order that runs here: the line goes on as it is until somebody takes it.
import { barredBy } from './barred.js';
import { el } from './dom.js';
import { number, when } from './format.js';
import { live } from './live.js';
import { actButton } from './now.js';
import { joined, say } from './say.js';

/** What central says of an order that the ERP has cancelled; any other reason is told as it is. */
const inErp = 'cancelled in the ERP';

/** What the offer would change, in words, with what is ordered now unless `brief`; '' for none. */
export function offerText(view, offer, brief = false) {
  if (!offer) return '';
  const { quantity, tolerancePercent: percent, reason } = offer.body;
  const row = [...view.runs, ...view.queue].find(({ order }) => order === offer.order);
  const { ordered, unit = '' } = row ?? {};
  return joined([
    quantity !== undefined && say('offer.quantity', { quantity: number(quantity), unit }),
    quantity !== undefined &&
      ordered &&
      !brief &&
      say('offer.now', { quantity: number(ordered), unit }),
    percent !== undefined && say('offer.tolerance', { percent: number(`${percent}`) }),
    reason === inErp ? say('offer.inErp') : reason,
  ]);
}

export const drawOffers = (view) =>
  (view.offers ?? []).map((offer) => {
    const { commandId, order, action, atMs } = offer;
    const what = action === 'CancelOrder' ? 'offer.cancel' : 'offer.change';
    const about = { order, offer: commandId };
    return el(
      'li.matter.offer',
      { 'data-key': `offer ${commandId}` },
      el(
        'div',
        {},
        el('p', {}, el('b.shaped', { 'data-tone': 'warn' }, say(what, { order }))),
        el('p', {}, offerText(view, offer)),
        el('p.note', {}, say('offer.since', { at: when(atMs, live.nowMs()) })),
      ),
      el('div.acts', {}, takeButton(view, action, about)),
    );
  });

/** Whoever may not take it reads why, instead of a change that nobody seems to be asked about. */
const takeButton = (view, action, about) =>
  actButton(view, 'second', action, about) ??
  el('p.why', {}, barredBy(view, action, about) ?? say('rules.state'));

/** The offer that a form is about; undefined once it was taken or is over. */
export const offerOf = ({ offers = [] }, { offer }) =>
  offers.find(({ commandId }) => commandId === offer);
