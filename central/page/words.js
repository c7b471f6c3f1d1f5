// A figure, and what it rests on, as people of the page's language read it.
import { ageText, money, number, percent } from './format.js';
import { named, say } from './say.js';
import { texts } from './texts.js';

export const unknown = '–';

const isTime = (name) => name.endsWith('Ms');
const costs = ['scrapCost', 'reworkCost', 'reinspectionCost', 'appraisalCost', 'copq'];
const amounts = [...costs, 'materialVariance', 'actualCost', 'expectedCost'];
const times = ['timeVariance', 'labourVariance', 'holdP50', 'holdP90', 'holdMax'];
const waits = ['postedP50', 'postedP90', 'postedMax'];
const shares = ['availability', 'performance', 'quality', 'oee', 'yield', 'firstPassYield'];
const ratios = ['scrapRatio', 'reworkRatio', 'setupRatio', 'processRatio'];

/** A span of ms, which may be less than nothing; a short one with its ms. */
function span(ms) {
  const [sign, amount] = ms.startsWith('-') ? ['−', ms.slice(1)] : ['', ms];
  const all = Number(amount);
  return sign + (all > 0 && all < 10_000 ? `${number(amount)} ms` : ageText(all));
}

/** The value of a figure, or of what it rests on, by its name. */
export function shown(name, value, currency) {
  if (value === null || value === '') return unknown;
  if (isTime(name) || times.includes(name) || waits.includes(name)) return span(value);
  if (amounts.includes(name)) return `${money(value)} ${currency ?? ''}`.trim();
  if (shares.includes(name) || ratios.includes(name)) return percent(value);
  if (name === 'throughput') return say('page.perHour', { amount: number(value) });
  if (name === 'by')
    return value
      .split(' ')
      .map((one) => named('costBasis', one))
      .join(', ');
  if (name === 'plannedBy')
    return value
      .split(' ')
      .map((one) => named('plannedBy', one))
      .join(', ');
  if (name === 'versions') return value;
  return number(value);
}

/** What something is called that a figure rests on; it may be another figure. */
export const termOf = (name) =>
  Object.hasOwn(texts.basis, name) ? say(`basis.${name}`) : named('figures', name);
