// What central asks of an order that runs here: the line goes on as it is until somebody takes it.
import { el } from './dom.js';
import { number } from './format.js';
import { actButton } from './now.js';
import { joined, say } from './say.js';

/** What the offer would change, in words. */
const changeText = ({ body: { quantity, tolerancePercent, reason } }) =>
  joined([
    quantity !== undefined && say('offer.quantity', { quantity: number(quantity) }),
    tolerancePercent !== undefined &&
      say('offer.tolerance', { percent: number(`${tolerancePercent}`) }),
    reason,
  ]);

export const drawOffers = (view) =>
  (view.offers ?? []).map((offer) => {
    const { commandId, order, action } = offer;
    const what = action === 'CancelOrder' ? 'offer.cancel' : 'offer.change';
    return el(
      'li.matter',
      { 'data-key': `offer ${commandId}` },
      el(
        'p',
        {},
        el('b.shaped', { 'data-tone': 'warn' }, say(what, { order })),
        ' ',
        changeText(offer),
      ),
      el('div.acts', {}, actButton(view, 'second', action, { order, offer: commandId })),
    );
  });

/** The offer that a form is about; undefined once it was taken or is over. */
export const offerOf = ({ offers = [] }, { offer }) =>
  offers.find(({ commandId }) => commandId === offer);
