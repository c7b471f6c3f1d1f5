import { Graph, layout } from '@dagrejs/dagre';
import { heightOf, kinds, type Size, sizeOf } from './lettering.ts';
import type { Arrow, Box, Sketch } from './sketch.ts';

export type Point = Readonly<{ x: number; y: number }>;
/** A frame, by its upper left corner. */
export type Frame = Point & Size;
export type Places = Readonly<{
  size: Size;
  boxes: readonly Frame[];
  /** In the order of the sketch's arrows; last, the way from the dot to the first state. */
  ways: readonly Readonly<{ points: readonly Point[]; label: Frame }>[];
  notes: readonly Frame[];
  dot: Point;
}>;

export const pad = 14;
/** Room between columns of a box, and left of a state's name for the mark of the lit one. */
export const columnGap = 20;
const markWidth = 26;
const margin = 24;
/** Room between the ends of arrows on one side of a box, if the box is wide enough. */
const portGap = 22;
/** Every way begins and ends upright for this long, and so has room for its tip. */
const stub = 16;
const dotSize = 18;

const nameOf = (state: string): string => `state ${state}`;
const start = 'start';

const boxSize = ({ head, stays }: Box): Size => {
  const columns = stays.map(sizeOf);
  const names = sizeOf(head);
  const below = columns.reduce((sum, { width }) => sum + width + columnGap, -columnGap);
  const highest = Math.max(...columns.map(({ height }) => height));
  const high = columns.length === 0 ? 0 : pad + kinds.rule.row + highest;
  return {
    width: Math.max(names.width + 2 * markWidth, below, 90) + 2 * pad,
    height: heightOf(head) + high + 2 * pad,
  };
};

const labelSize = ({ lines }: Arrow): Size => {
  const { width, height } = sizeOf(lines);
  return { width: width + 12, height: height + 6 };
};

/** Lays the sketch out from top to bottom. Nothing depends on chance or on earlier pictures. */
export function place(sketched: Sketch): Places {
  const { boxes, arrows, notes, initial } = sketched;
  const sheet = new Graph();
  sheet.setGraph({
    rankdir: 'TB',
    nodesep: 40,
    edgesep: 26,
    ranksep: arrows.length === 0 ? 48 : 96,
  });
  sheet.setNode(start, { width: dotSize, height: dotSize });
  for (const box of boxes) sheet.setNode(nameOf(box.state), boxSize(box));
  for (const arrow of arrows) {
    const { from, to } = arrow;
    sheet.setEdge(nameOf(from), nameOf(to), { ...labelSize(arrow), labelpos: 'c' });
  }
  if (arrows.length === 0) spread(sheet, boxes);
  sheet.setEdge(start, nameOf(initial), { weight: arrows.length === 0 ? 1 : 4 });
  layout(sheet, { disableOptimalOrderHeuristic: arrows.length === 0 });

  const framed = (name: string) => cornered(sheet.node(name) as Centred);
  const bands = bandsOf(sheet);
  const all = [
    ...arrows.map(({ from, to }) => [nameOf(from), nameOf(to)] as const),
    [start, nameOf(initial)] as const,
  ];
  const routes = all.map(([from, to]) => {
    const edge = sheet.edge(from, to) as Centred & { points: Point[] };
    return { from, to, inner: edge.points.slice(1, -1), label: cornered(edge) };
  });
  const ports = portsOf(routes, framed);
  const drawn = routes.map(({ inner, label, from, to }, index) => ({
    label,
    points: through([ports.get(`${index} out`)!, ...inner, ports.get(`${index} in`)!], bands, [
      framed(from),
      framed(to),
    ]),
  }));
  return framedAll(
    sheet,
    boxes.map(({ state }) => framed(nameOf(state))),
    drawn,
    notes,
  );
}

type Centred = { x: number; y: number; width: number; height: number };
const cornered = ({ x, y, width, height }: Centred): Frame => ({
  ...{ x: x - width / 2, y: y - height / 2, width, height },
});

/** Without arrows nothing would tell the states' rows: a square of them reads better than a row. */
function spread(sheet: Graph, boxes: readonly Box[]): void {
  const columns = Math.ceil(Math.sqrt(boxes.length));
  boxes.forEach(({ state }, index) => {
    const above = index < columns ? start : nameOf(boxes[index - columns]!.state);
    sheet.setEdge(above, nameOf(state), {});
  });
}

type Band = Readonly<{ top: number; bottom: number }>;

/** Rows of the layout, by the height of their middle: how far what stands in them goes. */
function bandsOf(sheet: Graph): ReadonlyMap<number, Band> {
  const halves = new Map<number, number>();
  const grow = ({ y, height }: Centred, more: number): void => {
    halves.set(y, Math.max(halves.get(y) ?? 0, height / 2 + more));
  };
  for (const name of sheet.nodes()) grow(sheet.node(name) as Centred, stub);
  for (const edge of sheet.edges()) {
    const label = sheet.edge(edge) as Centred;
    if (label.width) grow(label, 0);
  }
  return new Map([...halves].map(([y, half]) => [y, { top: y - half, bottom: y + half }]));
}

type Route = Readonly<{ from: string; to: string; inner: readonly Point[] }>;

/** Where each way leaves and enters its boxes: as straight as can be, and not all in one place. */
function portsOf(routes: readonly Route[], framed: (name: string) => Frame): Map<string, Point> {
  const middle = ({ x, y, width, height }: Frame) => ({ x: x + width / 2, y: y + height / 2 });
  const ends = routes.flatMap(({ from, to, inner }, index) => {
    const [a, b] = [middle(framed(from)), middle(framed(to))];
    const down = b.y > a.y;
    return [
      { key: `${index} out`, at: from, below: down, wish: (inner[0] ?? b).x },
      { key: `${index} in`, at: to, below: !down, wish: (inner.at(-1) ?? a).x },
    ];
  });
  const ports = new Map<string, Point>();
  for (const side of Map.groupBy(ends, ({ at, below }) => `${below} ${at}`).values()) {
    const frame = framed(side[0]!.at);
    const y = side[0]!.below ? frame.y + frame.height : frame.y;
    const sorted = side.toSorted((a, b) => a.wish - b.wish);
    const xs = apart(
      sorted.map(({ wish }) => wish),
      frame,
    );
    for (const [index, { key }] of sorted.entries()) ports.set(key, { x: xs[index]!, y });
  }
  return ports;
}

/** The wishes in their order, moved within the frame until there is a gap between them. */
function apart(wishes: readonly number[], { x, width }: Frame): number[] {
  const inset = Math.min(pad, width / 2);
  const [left, right] = [x + inset, x + width - inset];
  const gap = Math.min(portGap, (right - left) / Math.max(1, wishes.length - 1));
  const xs: number[] = [];
  for (const wish of wishes) xs.push(Math.max(wish, (xs.at(-1) ?? left - gap) + gap));
  for (let index = xs.length - 1; index >= 0; index -= 1) {
    xs[index] = Math.min(xs[index]!, right - (xs.length - 1 - index) * gap);
  }
  return xs;
}

/** Lets a way slant only between rows, so that it cuts no box or label that stands beside it. */
function through(
  points: readonly Point[],
  bands: ReadonlyMap<number, Band>,
  ends: readonly [Frame, Frame],
): Point[] {
  const first = points[0]!;
  const last = points.at(-1)!;
  const down = last.y > first.y;
  const bandOf = ({ y, height }: Frame) => bands.get(y + height / 2)!;
  const leave = down ? bandOf(ends[0]).bottom : bandOf(ends[0]).top;
  const arrive = down ? bandOf(ends[1]).top : bandOf(ends[1]).bottom;
  const inner = points.slice(1, -1).flatMap(({ x, y }) => {
    const { top, bottom } = bands.get(y) ?? { top: y, bottom: y };
    const both = [
      { x, y: top },
      { x, y: bottom },
    ];
    return down ? both : both.toReversed();
  });
  const all = [first, { x: first.x, y: leave }, ...inner, { x: last.x, y: arrive }, last];
  return all.filter(({ x, y }, index) => x !== all[index - 1]?.x || y !== all[index - 1]?.y);
}

/** Adds the notes below, and moves everything to where the margin ends. */
function framedAll(
  sheet: Graph,
  boxes: readonly Frame[],
  ways: Places['ways'],
  notes: Sketch['notes'],
): Places {
  const sizes = notes.map(sizeOf).map(({ width, height }) => ({
    ...{ width: width + 2 * pad, height: height + 2 * pad },
  }));
  const frames = [...boxes, ...ways.filter(({ label }) => label.width).map(({ label }) => label)];
  const xs = ways.flatMap(({ points }) => points.map(({ x }) => x));
  const left = Math.min(...xs, ...frames.map(({ x }) => x)) - margin;
  const right = Math.max(...xs, ...frames.map(({ x, width }) => x + width)) + margin;
  let below = Math.max(...frames.map(({ y, height }) => y + height)) + margin;
  const placed = sizes.map((size) => {
    const frame = { x: margin, y: below + margin, ...size };
    below += size.height + margin;
    return frame;
  });
  const moved = <P extends Point>(at: P): P => ({ ...at, x: at.x - left, y: at.y + margin });
  const wide = Math.max(right - left, ...sizes.map(({ width }) => width + 2 * margin));
  return {
    size: { width: Math.ceil(wide), height: Math.ceil(below + margin) },
    boxes: boxes.map(moved),
    ways: ways.map(({ points, label }) => ({ points: points.map(moved), label: moved(label) })),
    notes: placed,
    dot: moved(sheet.node(start) as Centred),
  };
}
