/** What the shop makes, of what, and where. Quantities are whole thousandths of the unit. */
export type Trade =
  | 'turning'
  | 'grinding'
  | 'marking'
  | 'lapping'
  | 'hardening'
  | 'deburring'
  | 'inspection'
  | 'packing'
  | 'mixing'
  | 'filling';

export const tradeNames: Readonly<Record<Trade, string>> = {
  turning: 'Turning and milling',
  grinding: 'Round grinding',
  marking: 'Laser marking',
  lapping: 'Lapping',
  hardening: 'Heat treatment',
  deburring: 'Deburring',
  inspection: 'Quality control',
  packing: 'Packing',
  mixing: 'Mixing',
  filling: 'Filling',
};

export type Material = Readonly<{
  material: string;
  name: string;
  unit: string;
  price: string; // standard price of one unit, decimal text
}>;

/** A component and how much of it one unit of the product takes, thousandths. */
export type Part = Readonly<{ component: string; takes: number }>;
export type Product = Material &
  Readonly<{ trades: readonly Trade[]; parts: readonly Part[]; lotSize: [number, number] }>;

const inspected: readonly Trade[] = ['inspection', 'packing'];

const product = (
  [material, name, unit, price]: [string, string, string, string],
  trades: readonly Trade[],
  parts: Record<string, number>,
  lotSize: [number, number],
): Product => ({
  ...{ material, name, unit, price, trades, lotSize },
  parts: Object.entries(parts).map(([component, takes]) => ({ component, takes })),
});

/** Lot sizes are in units. The last step is always packing or filling. */
export const products: readonly Product[] = [
  product(
    ['HF-1010', 'Valve spool', 'EA', '18.40'],
    ['turning', 'inspection', 'grinding', 'lapping', ...inspected],
    { 'BAR-20': 135 },
    [40, 320],
  ),
  product(
    ['HF-1020', 'Bearing ring', 'EA', '9.75'],
    ['turning', 'hardening', 'grinding', ...inspected],
    { 'TUBE-45': 420 },
    [60, 600],
  ),
  product(
    ['HF-1030', 'Pump gear', 'EA', '32.10'],
    ['turning', 'deburring', 'hardening', 'grinding', 'inspection', 'marking', 'packing'],
    { 'BAR-45': 905, 'KEY-6': 1_000 },
    [20, 150],
  ),
  product(
    ['HF-1040', 'Guide bush', 'EA', '4.20'],
    ['turning', ...inspected],
    { 'TUBE-45': 88 },
    [100, 900],
  ),
  product(
    ['HF-1050', 'Piston pin', 'EA', '7.65'],
    ['turning', 'hardening', 'grinding', 'lapping', 'inspection', 'marking', 'packing'],
    { 'BAR-20': 212 },
    [50, 400],
  ),
  product(
    ['HF-1060', 'Rotor hub', 'EA', '54.90'],
    ['turning', 'inspection', 'turning', 'deburring', ...inspected],
    { 'BAR-45': 1_640, 'KEY-6': 2_000 },
    [10, 90],
  ),
  product(
    ['HF-2010', 'Lapping paste', 'KG', '23.00'],
    ['mixing', 'filling'],
    { 'GRIT-9': 640, 'OIL-32': 365 },
    [12, 180],
  ),
];

export const components: readonly Material[] = [
  { material: 'BAR-20', name: 'Steel bar 20 mm', unit: 'KG', price: '2.35' },
  { material: 'BAR-45', name: 'Steel bar 45 mm', unit: 'KG', price: '2.10' },
  { material: 'TUBE-45', name: 'Steel tube 45 mm', unit: 'KG', price: '3.05' },
  { material: 'KEY-6', name: 'Feather key 6 mm', unit: 'EA', price: '0.18' },
  { material: 'GRIT-9', name: 'Abrasive grit, 9 micrometres', unit: 'KG', price: '14.50' },
  { material: 'OIL-32', name: 'Carrier oil ISO VG 32', unit: 'KG', price: '3.80' },
];

/** A line, what it is for, and how many runs it takes at once. */
export type Place = Readonly<{ path: string; trade: Trade; lanes: number }>;

const machineTrades = ['turning', 'grinding', 'marking', 'lapping', 'hardening', 'deburring'];
const machineLanes = [3, 2, 2, 4, 5, 2];
/** Machines that one place for inspection and one for packing can serve. */
const machinesPerPacking = 12;
export const linesMin = 6;
export const linesMax = 200;

const twoDigits = (number: number): string => `${number}`.padStart(2, '0');
const place = (area: string, line: string, trade: Trade, lanes: number): Place => ({
  path: `acme/lyon/${area}/${line}`,
  trade,
  lanes,
});

/** `count` lines: mixing, filling, inspection, packing, and machines for the rest. */
export function buildPlaces(count: number): Place[] {
  const pairs = Math.max(1, Math.round((count - 2) / (machinesPerPacking + 2)));
  const places = [place('mixing', 'MIX1', 'mixing', 2), place('mixing', 'FILL1', 'filling', 2)];
  for (let number = 1; number <= pairs; number++) {
    places.push(place('quality', `QC${number}`, 'inspection', 6));
    places.push(place('shipping', `PACK${number}`, 'packing', 9));
  }
  for (let index = 0; places.length < count; index++) {
    const trade = machineTrades[index % machineTrades.length] as Trade;
    const lanes = machineLanes[index % machineLanes.length]!;
    places.push(place(trade, `M${twoDigits(index + 1)}`, trade, lanes));
  }
  return places;
}

/** Thousandths as the plain decimal text that the ERP takes ("12.5"). */
export function decimalText(milli: number): string {
  const fraction = `${milli % 1_000}`.padStart(3, '0').replace(/0+$/, '');
  return `${Math.floor(milli / 1_000)}${fraction === '' ? '' : `.${fraction}`}`;
}
