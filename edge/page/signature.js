// Who signs, with what meaning: the person who is signed in, or a second one at the same station.
import { el } from './dom.js';
import { choiceField, textField } from './fields.js';
import { say } from './say.js';
import { recentNames, session } from './session.js';

const meanings = ['approved', 'reviewed', 'released', 'performed'];

/** What a signature begins with; the PIN stays in memory, and never longer than the sheet. */
export const emptySignature = () => ({
  ...{ signer: 'me', name: '', badge: '', pin: '' },
  meaning: say('meanings.released'),
});

/** The signature's fields, for a sheet that has a pad of its own. */
export function drawSignature(values, { needsOther, locked = false }) {
  const { person } = session;
  const isOther = values.signer === 'other';
  const mine = needsOther ? say('sign.needsOther') : null;
  const byPinAlone = !isOther && person?.canSignByPin;
  const options = [
    ['me', say('sign.me', { name: person?.name ?? '–' }), mine],
    ['other', say('sign.other')],
  ];
  return el(
    'section.sign',
    { 'data-key': 'sign' },
    el('h3', {}, say('sign.title')),
    el('p.note', {}, say('sign.binding')),
    choiceField({ name: 'signer', label: say('sign.who'), options, locked }),
    isOther &&
      values.badge &&
      el('p', { 'data-key': 'badge' }, el('b.shaped', {}, say('sign.badgeRead'))),
    isOther && !values.badge
      ? textField({ name: 'name', label: say('sign.nameOrBadge'), picks: others(person), locked })
      : null,
    textField({
      name: 'meaning',
      label: say('sign.meaning'),
      picks: meanings.map((one) => say(`meanings.${one}`)),
      locked,
    }),
    textField({
      name: 'pin',
      label: say(byPinAlone ? 'sign.pinAlone' : 'sign.pin'),
      secret: true,
      locked,
    }),
  );
}
const others = (person) => recentNames().filter((name) => name !== person?.name);

/** The signature as the edge takes it, or what is missing in words. */
export function readSignature({ signer, name, badge, pin, meaning }) {
  const { person } = session;
  const said = meaning.trim();
  if (pin === '') return { missing: say('sign.noPin') };
  if (said === '') return { missing: say('sign.noMeaning') };
  if (signer === 'me') {
    const own = person?.canSignByPin ? {} : { name: person?.name };
    return { signature: { ...own, pin, meaning: said } };
  }
  if (badge) return { signature: { badge, pin, meaning: said } };
  if (name.trim() === '') return { missing: say('sign.noName') };
  return { signature: { name: name.trim(), pin, meaning: said } };
}
