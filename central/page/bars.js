// One figure of every group as a bar each; the table says the same for those who read.
import { svg } from './dom.js';
import { say } from './say.js';
import { shown } from './words.js';

const wide = 900;
const step = 34;
const names = 300;
const values = 150;
/** Most bars in the picture; the table has all. */
export const barsMax = 40;
const nameMax = 34;

const short = (text) => {
  const letters = [...text];
  return letters.length > nameMax ? `…${letters.slice(1 - nameMax).join('')}` : text;
};

/** Bars of what is known: to the right above nothing, to the left below it. */
export function drawBars(rows, figure, currency) {
  const some = rows.filter(({ figures }) => figures[figure].value !== null).slice(0, barsMax);
  if (some.length === 0) return say('page.nothingToDraw');
  const numbers = some.map(({ figures }) => Number(figures[figure].value));
  const most = Math.max(...numbers, 0);
  const least = Math.min(...numbers, 0);
  const room = wide - names - values;
  const x = (value) => names + ((value - least) / (most - least || 1)) * room;
  const high = some.length * step;
  const bars = some.flatMap(({ key, figures }, at) => {
    const { value } = figures[figure];
    const [from, to] = [x(Math.min(0, Number(value))), x(Math.max(0, Number(value)))];
    const middle = at * step + step / 2;
    return [
      svg('text', { x: 0, y: middle, 'dominant-baseline': 'middle' }, short(key) || '–'),
      svg(Number(value) < 0 ? 'rect.bar.less' : 'rect.bar', {
        ...{ x: from, y: at * step + 6, width: Math.max(2, to - from), height: step - 12 },
      }),
      svg(
        'text',
        { x: to + 8, y: middle, 'dominant-baseline': 'middle' },
        shown(figure, value, currency),
      ),
    ];
  });
  const label = say('page.barsOf', { figure: say(`figures.${figure}`), count: some.length });
  return svg(
    'svg',
    { viewBox: `0 0 ${wide} ${high}`, role: 'img', 'aria-label': label },
    svg('path.axis', { d: `M${x(0)} 0V${high}` }),
    ...bars,
  );
}
