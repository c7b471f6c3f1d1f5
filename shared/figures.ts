/** What a figure is told in: a share in percent, a time in ms, money, or units an hour. */
export const figureUnits = {
  ...({ availability: '%', performance: '%', quality: '%', oee: '%' } as const),
  ...({ yield: '%', firstPassYield: '%', scrapRatio: '%', reworkRatio: '%' } as const),
  ...({ setupRatio: '%', throughput: '/h', processRatio: '%' } as const),
  ...({ scrapCost: 'money', reworkCost: 'money', reinspectionCost: 'money' } as const),
  ...({ appraisalCost: 'money', copq: 'money' } as const),
  ...({ timeVariance: 'ms', labourVariance: 'ms', materialVariance: 'money' } as const),
  ...({ holdP50: 'ms', holdP90: 'ms', holdMax: 'ms' } as const),
  ...({ postedP50: 'ms', postedP90: 'ms', postedMax: 'ms' } as const),
} as const;
export type FigureName = keyof typeof figureUnits;
export const figureNames = Object.keys(figureUnits) as FigureName[];

/** Why a figure is not known. */
export const whys = {
  ofLines: 'planned time is of lines and their shifts, not of an order or a product',
  ofOrders: 'is told by order alone',
  noCalendar: 'the site has no calendar: nobody says what is planned',
  noShift: 'is outside of all shifts: nothing is planned',
  dayOff: 'the day is not worked on: nothing is planned',
  nothingPlanned: 'nothing is planned',
  noIdeal: 'no ideal rate is known',
  nothingRan: 'nothing ran',
  nothingMade: 'nothing was reported',
  units: 'quantities of two units are no sum',
  negative: 'more was taken back than was stated in this time',
  noPrice: 'no price is known',
  noRate: 'no rate is known',
  noRouting: 'no planned time is known',
  noBill: 'no planned material is known',
  partly: 'the order was worked on outside of the time that was asked for',
  notWorked: 'no phase of the order has begun',
  nothingDecided: 'no hold was decided in this time',
  nothingPosted: 'no document of these facts is posted',
} as const;
export type Why = keyof typeof whys;

/** One figure: its value as a decimal text, or why there is none; and what it rests on. */
export type Figure = Readonly<{
  value: string | null;
  why: Why | null;
  basis: Readonly<Record<string, string>>;
}>;
export type Planned = Readonly<{ setupMs: string; runMs: string; labourMs: string }>;
/** Of an order: for what was ordered, for what was made so far (`expected`), and what it took. */
export type Variance = Readonly<{
  ordered: string;
  operations: readonly Readonly<{
    operation: string;
    total: string;
    planned: Planned | null;
    expected: Planned | null;
    actual: Planned;
  }>[];
  materials: readonly Readonly<{
    material: string;
    unit: string;
    planned: string | null;
    expected: string | null;
    actual: string;
  }>[];
}>;

/** What a row is of; null is what it is not parted by. */
export type FigureAbout = Readonly<{
  site: string | null;
  line: string | null;
  day: string | null;
  shift: string | null;
  product: string | null;
  order: string | null;
}>;

export type FigureRow = FigureAbout &
  Readonly<{
    key: string;
    /** Of the pieces; null where there are none, or of two units. */
    unit: string | null;
    made: Readonly<Record<'good' | 'scrap' | 'rework' | 'held' | 'total', string>> | null;
    figures: Readonly<Record<FigureName, Figure>>;
    /** What of it rests on times that are in doubt: facts, and ms of the lines' time. */
    doubt: Readonly<{ facts: number; ms: number }>;
    /** Reports after the closing of their order, in none of the figures. */
    late: number;
    /** Of a line: the latest instant that its facts tell of, Unix ms; what comes later is open. */
    heardMs: number | null;
    variance: Variance | null;
  }>;
export type FiguresTold = Readonly<{
  by: string;
  from: string | null;
  to: string | null;
  currency: string | null;
  /** Facts that the ledger holds, and those of them that were not read yet. */
  facts: number;
  notYet: number;
  rows: readonly FigureRow[];
  next: string | null;
}>;

/** Where a line stands in the table, in this order. */
export const rowKeys = ['site', 'line', 'day', 'shift', 'product', 'order'] as const;
