import { xml } from '../shared/xml.ts';
import type { Graph } from './engine.ts';
import { columnGap, type Frame, type Point, pad, place } from './layout.ts';
import { countText, heightOf, kinds, type Line, sizeOf, widthOf } from './lettering.ts';
import { type Arrow, type Box, type Lit, type Sketch, sketch } from './sketch.ts';

/** What a picture looks like by itself; a page may give other colours to the class names. */
const paint = {
  ground: 'fill="#ffffff"',
  box: 'fill="#f3f4f6" stroke="#4b525a" stroke-width="1.5"',
  lit: 'fill="#cfe0f5" stroke="#1b1f24" stroke-width="4"',
  inner: 'fill="none" stroke="#4b525a" stroke-width="1.5"',
  rule: 'stroke="#b9bec5" stroke-width="1"',
  way: 'fill="none" stroke="#4b525a" stroke-width="1.75"',
  untakenWay: 'fill="none" stroke="#8b929a" stroke-width="1"',
  clock: 'fill="none" stroke="#5a626b" stroke-width="1.5"',
  tip: 'fill="#4b525a"',
  untakenTip: 'fill="#8b929a"',
  ink: 'fill="#1b1f24"',
  muted: 'fill="#5a626b"',
} as const;
const fonts = "system-ui, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif";
const cornerRadius = 12;

const round = (length: number): string => `${Math.round(length * 10) / 10}`;

/**
 * A standalone SVG of the chart as its machine is, one state lit and the ways counted. The same
 * input gives the same bytes. Throws Fault UNKNOWN if the chart has no such state.
 */
export function drawChart(graph: Graph, lit: Lit = {}): string {
  const sketched = sketch(graph, lit);
  const { boxes, arrows, notes } = sketched;
  const places = place(sketched);
  const { width, height } = places.size;
  const now = lit.state === undefined ? '' : `, now ${lit.state}`;
  const labels = arrows.map((arrow, index) => drawLabel(arrow, places.ways[index]!.label));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" data-chart="${xml(graph.id)}"`,
    ` role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    ` font-family="${xml(fonts)}">\n`,
    `<title>${xml(`Chart ${graph.id}, version ${graph.version}${now}`)}</title>\n`,
    `<desc>${xml(told(graph, sketched))}</desc>\n`,
    `<rect class="ground" width="${width}" height="${height}" ${paint.ground}/>\n`,
    ...places.ways.map(({ points }, index) => drawWay(arrows[index], points)),
    `<circle class="dot" cx="${round(places.dot.x)}" cy="${round(places.dot.y)}" r="9" `,
    `${paint.tip}/>\n`,
    ...labels,
    ...boxes.map((box, index) => drawBox(box, places.boxes[index]!)),
    ...notes.map((lines, index) => drawNote(lines, places.notes[index]!)),
    '</svg>\n',
  ].join('');
}

/** The picture in words, for who does not see it. */
function told(graph: Graph, { arrows, boxes, notes }: Sketch): string {
  const words = (lines: readonly Line[]) =>
    lines.map(({ text, count }) => text + (count ? countText(count) : '')).join(' ');
  const sentences = boxes.map(({ state: name, head, stays, final }) => {
    const parts = [
      ...head.slice(1).map(({ text }) => `timer ${text}`),
      ...arrows
        .filter(({ from }) => from === name)
        .map(({ to, lines }) => `to ${to} by ${words(lines)}`),
      ...(stays.length === 0 ? [] : [`stays on ${words(stays.flat())}`]),
      ...(final ? ['final'] : []),
    ];
    return parts.length === 0 ? `${name}.` : `${name}: ${parts.join('; ')}.`;
  });
  const begin = [`Begins in ${graph.initial}.`];
  const lit = boxes.find((box) => box.lit);
  if (lit) begin.push(`The current state is ${lit.state}.`);
  return [...begin, ...sentences, ...notes.map((lines) => `${words(lines)}.`)].join(' ');
}

function drawWay(arrow: Arrow | undefined, points: readonly Point[]): string {
  const untaken = arrow?.lines.every(({ kind, count }) => kind !== 'event' || count === 0);
  const ends = arrow ? endsOf(arrow) : '';
  const tip = points.at(-1)!;
  const up = points.at(-2)!.y > tip.y ? 1 : -1;
  const back = { x: tip.x, y: tip.y + up * 9 };
  const line = rounded([...points.slice(0, -1), back]);
  const [way, head] = untaken ? [paint.untakenWay, paint.untakenTip] : [paint.way, paint.tip];
  const corners = [
    tip,
    { x: tip.x - 5.5, y: tip.y + up * 12 },
    { x: tip.x + 5.5, y: tip.y + up * 12 },
  ];
  return [
    `<g class="${untaken ? 'edge untaken' : 'edge'}"${ends}>`,
    `<path class="way" d="${line}" ${way}/>`,
    `<path class="tip" d="M${corners.map(pair).join('L')}Z" ${head}/></g>\n`,
  ].join('');
}

const pair = ({ x, y }: Point): string => `${round(x)} ${round(y)}`;

/** A way through the points, with its corners taken round. */
function rounded(points: readonly Point[]): string {
  const toward = (from: Point, to: Point): Point => {
    const length = Math.hypot(to.x - from.x, to.y - from.y);
    const part = length === 0 ? 0 : Math.min(cornerRadius, length / 2) / length;
    return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
  };
  const bends = points.slice(1, -1).map((point, index) => {
    const [before, after] = [points[index]!, points[index + 2]!];
    return `L${pair(toward(point, before))}Q${pair(point)} ${pair(toward(point, after))}`;
  });
  return `M${pair(points[0]!)}${bends.join('')}L${pair(points.at(-1)!)}`;
}

const rect = (name: string, { x, y, width, height }: Frame, attributes: string): string =>
  `<rect class="${name}" x="${round(x)}" y="${round(y)}" width="${round(width)}" ` +
  `height="${round(height)}" ${attributes}/>`;

/** Rows of letters from `top` down; `x` is where they begin, or their middle. */
function drawLines(lines: readonly Line[], x: number, top: number, middle = false): string {
  let y = top;
  return lines
    .map(({ kind, text, count }) => {
      const { size, row, bold } = kinds[kind];
      y += row;
      const clock =
        kind === 'timer' ? drawClock(x - widthOf({ kind, text }) / 2 - 9, y - row / 2) : '';
      const name = count === 0 ? `${kind} untaken` : kind;
      const color = kind === 'rule' || kind === 'timer' || count === 0 ? paint.muted : paint.ink;
      return [
        clock,
        `<text class="${name}" x="${round(x)}" y="${round(y - row / 2 + size * 0.35)}"`,
        ` font-size="${size}"${bold ? ' font-weight="bold"' : ''}`,
        `${middle ? ' text-anchor="middle"' : ''} ${color}>${xml(text)}`,
        count ? `<tspan class="count" font-weight="bold">${countText(count)}</tspan>` : '',
        '</text>',
      ].join('');
    })
    .join('');
}

/** Drawn, since not every font has one. */
const drawClock = (x: number, y: number): string =>
  `<path class="clock" d="M${pair({ x, y: y - 4 })}v4h3M${pair({ x: x - 2, y: y - 8.5 })}h4` +
  `M${pair({ x: x - 6, y })}a6 6 0 1 0 12 0a6 6 0 1 0 -12 0" ${paint.clock}/>`;

const endsOf = ({ from, to }: Arrow): string => ` data-from="${xml(from)}" data-to="${xml(to)}"`;

function drawLabel(arrow: Arrow, frame: Frame): string {
  const letters = drawLines(arrow.lines, frame.x + frame.width / 2, frame.y + 3, true);
  const card = rect('card', frame, `rx="3" ${paint.ground}`);
  return `<g class="label"${endsOf(arrow)}>${card}${letters}</g>\n`;
}

function drawBox({ state, lit, final, head, stays }: Box, frame: Frame): string {
  const { x, y, width, height } = frame;
  const below = y + pad + heightOf(head);
  const name = sizeOf(head.slice(0, 1)).width;
  const shape = { x: x + 4.5, y: y + 4.5, width: width - 9, height: height - 9 };
  const mark = `cx="${round(x + width / 2 - name / 2 - 10)}" cy="${round(y + pad + 13)}" r="7"`;
  const split = `M${round(x)} ${round(below + pad / 2)}h${round(width)}`;
  const stayed = drawLines([{ kind: 'rule', text: 'stays here on' }], x + pad, below + pad);
  let left = x + pad;
  const texts = stays.map((lines) => {
    const column = drawLines(lines, left, below + pad + kinds.rule.row);
    left += sizeOf(lines).width + columnGap;
    return column;
  });
  return [
    `<g class="state${lit ? ' lit' : ''}${final ? ' final' : ''}" data-state="${xml(state)}"`,
    `${lit ? ' aria-current="true"' : ''}>`,
    `<title>${xml(lit ? `${state}: current state` : state)}</title>`,
    rect('box', frame, `rx="8" ${lit ? paint.lit : paint.box}`),
    final ? rect('inner', shape, `rx="5" ${paint.inner}`) : '',
    lit ? `<circle class="mark" ${mark} ${paint.ink}/>` : '',
    drawLines(head, x + width / 2, y + pad, true),
    ...(stays.length === 0 ? [] : [`<path class="line" d="${split}" ${paint.rule}/>`, stayed]),
    ...texts,
    '</g>\n',
  ].join('');
}

function drawNote(lines: readonly Line[], frame: Frame): string {
  const frameLine = rect('frame', frame, `${paint.inner} stroke-dasharray="6 4"`);
  return `<g class="note">${frameLine}${drawLines(lines, frame.x + pad, frame.y + pad)}</g>\n`;
}
