// One figure of every group as a bar each; the table says the same for those who read.
import { svg } from './dom.js';
import { say } from './say.js';
import { shown } from './words.js';

const widest = 900;
const narrowest = 280;
const step = 34;
/** How wide a letter is, about. */
const letter = 9;
/** Most bars in the picture; the table has all. */
export const barsMax = 40;

/** The end of a name tells more than its begin. */
const short = (text, most) => {
  const letters = [...text];
  return letters.length > most ? `…${letters.slice(1 - most).join('')}` : text;
};

/** Bars of what is known, so many px wide: to the right above nothing, to the left below it. */
export function drawBars(rows, figure, currency, room) {
  const wide = Math.max(narrowest, Math.min(widest, room));
  const names = wide / 3;
  const values = Math.min(150, wide / 3);
  const some = rows.filter(({ figures }) => figures[figure].value !== null).slice(0, barsMax);
  if (some.length === 0) return say('page.nothingToDraw');
  const numbers = some.map(({ figures }) => Number(figures[figure].value));
  const most = Math.max(...numbers, 0);
  const least = Math.min(...numbers, 0);
  const span = wide - names - values;
  const x = (value) => names + ((value - least) / (most - least || 1)) * span;
  const high = some.length * step;
  const bars = some.flatMap(({ key, figures }, at) => {
    const { value } = figures[figure];
    const [from, to] = [x(Math.min(0, Number(value))), x(Math.max(0, Number(value)))];
    const middle = at * step + step / 2;
    return [
      svg(
        'text',
        { x: 0, y: middle, 'dominant-baseline': 'middle' },
        short(key, Math.floor(names / letter) - 1) || '–',
      ),
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
    { viewBox: `0 0 ${wide} ${high}`, width: wide, role: 'img', 'aria-label': label },
    svg('path.axis', { d: `M${x(0)} 0V${high}` }),
    ...bars,
  );
}
