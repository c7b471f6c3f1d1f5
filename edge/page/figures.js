// The shift in figures: yield, OEE with what it rests on, and every hour against its target.
import { el, svg } from './dom.js';
import { ageText, millionths, minute, number, percent, share } from './format.js';
import { joined, say } from './say.js';

const unknown = '–';
const shown = (part) => (part === null || part === undefined ? unknown : percent(part));

export function drawFigures({ figures }) {
  if (!figures) return [el('p.note', {}, say('figures.none'))];
  const { good, scrap, rework, held, yieldPercent, fromMs, oee, hours } = figures;
  const made = { good, scrap, rework, held };
  const since = say('figures.since', { at: minute(fromMs) });
  return [
    el('p.note', { 'data-key': 'since' }, joined([figures.shift, since])),
    el(
      'dl.counts',
      { 'data-key': 'counts' },
      figure(say('figures.yield'), shown(yieldPercent)),
      ...Object.entries(made).map(([kind, value]) => figure(say(`counts.${kind}`), number(value))),
    ),
    drawOee(oee),
    ...drawHours(hours),
  ];
}
const figure = (name, value) => el('div', {}, el('dt', {}, name), el('dd', {}, value));

function drawOee({ availability, performance, quality, oee, basis }) {
  const { plannedMs, runMs, stopMs, good, total, idealPerHour } = basis;
  const rests = [
    say('figures.ran', { run: ageText(runMs), stop: ageText(stopMs) }),
    plannedMs === null
      ? say('figures.noPlan')
      : say('figures.planned', { planned: ageText(plannedMs) }),
    say('figures.pieces', { good: number(good), total: number(total) }),
    idealPerHour === null
      ? say('figures.noIdeal')
      : say('figures.ideal', { ideal: number(idealPerHour) }),
  ];
  return el(
    'div.oee',
    { 'data-key': 'oee' },
    el('div.oee-whole', {}, el('span', {}, say('figures.oee')), el('b', {}, shown(oee))),
    el(
      'dl',
      {},
      figure(say('figures.availability'), shown(availability)),
      figure(say('figures.performance'), shown(performance)),
      figure(say('figures.quality'), shown(quality)),
    ),
    el('p.note', {}, joined(rests)),
  );
}

const wide = 600;
const high = 150;
const bottom = high - 22;
const hourMs = 3_600_000;
/** Most hours that are named below the bars. */
const labelsMax = 8;

/** Bars of good with scrap on top, a step for the target; the same as a table for those who read. */
function drawHours(hours) {
  if (hours.length === 0) return [];
  const most = hours.reduce((max, { good, scrap, target }) => {
    const made = millionths(good) + millionths(scrap);
    const wanted = target === null ? 0n : millionths(target);
    return [made, wanted, max].reduce((a, b) => (a > b ? a : b));
  }, 1n);
  const step = wide / Math.max(hours.length, 8);
  const height = (amount) => Number((amount * 1_000n) / most) * ((bottom - 8) / 1_000);
  const every = Math.ceil(hours.length / labelsMax);
  const bars = hours.flatMap((hour, at) => [
    ...bar(hour, at * step, step, height),
    at % every === 0 && label(hour, (at + 0.5) * step),
  ]);
  const attributes = { viewBox: `0 0 ${wide} ${high}`, role: 'img', class: 'hours' };
  const picture = svg('svg', { ...attributes, 'aria-label': say('figures.hoursPicture') }, ...bars);
  return [
    el('h3', { 'data-key': 'hours' }, say('figures.hours')),
    el('p.legend', { 'data-key': 'legend' }, ...keyOf(hours)),
    el('div', { 'data-key': 'picture' }, picture),
    el(
      'details',
      { 'data-key': 'table' },
      el('summary', {}, say('figures.asTable')),
      hourTable(hours),
    ),
  ];
}

const keyOf = (hours) => [
  el('span.good', {}, say('counts.good')),
  el('span.scrap', {}, say('counts.scrap')),
  hours.some(({ target }) => target !== null) && el('span.target', {}, say('figures.target')),
  hours.some(({ stoppedMs }) => stoppedMs > 0) && el('span.stopped', {}, say('figures.stopped')),
];

/** The hour stands below its bar; below the first of some where there is no room for each. */
const label = ({ fromMs }, x) =>
  svg('text', { x, y: high - 4, 'text-anchor': 'middle' }, minute(fromMs));

function bar({ good, scrap, target, stoppedMs }, left, step, height) {
  const [made, bad] = [height(millionths(good)), height(millionths(scrap))];
  const x = left + step * 0.15;
  const width = step * 0.7;
  const parts = [
    svg('rect.good', { x, width, y: bottom - made, height: made }),
    svg('rect.scrap', { x, width, y: bottom - made - bad, height: bad }),
  ];
  if (target !== null) {
    const y = bottom - height(millionths(target));
    parts.push(svg('path.target', { d: `M${left + 2} ${y}H${left + step - 2}` }));
  }
  if (stoppedMs > 0) {
    const part = Math.min(1, stoppedMs / hourMs);
    parts.push(svg('rect.stopped', { x, y: bottom + 1, width: width * part, height: 5 }));
  }
  return parts;
}

const cells = (name, ...texts) =>
  texts.map((text) => el(name, name === 'th' ? { scope: 'col' } : {}, text));

function hourTable(hours) {
  const head = ['figures.hour', 'counts.good', 'counts.scrap', 'figures.target', 'figures.stopped'];
  return el(
    'table',
    {},
    el('thead', {}, el('tr', {}, ...cells('th', ...head.map((name) => say(name))))),
    el(
      'tbody',
      {},
      ...hours.map(({ fromMs, good, scrap, target, stoppedMs }) =>
        el(
          'tr',
          {},
          el('th', { scope: 'row' }, minute(fromMs)),
          ...cells(
            ...['td', number(good), number(scrap)],
            target === null
              ? unknown
              : joined([number(target), percent(`${Math.round(share(good, target) * 100)}`)]),
            stoppedMs > 0 ? ageText(stoppedMs) : unknown,
          ),
        ),
      ),
    ),
  );
}
