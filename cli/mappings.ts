import { namespaceUri, type Profile } from './machine/config.ts';

/** What kind of machine a line of the demo has. */
export type Kind = Readonly<{
  profile: Exclude<Profile, 'okuma'>;
  tellsState: boolean; // by the words of PackML
  decimals?: number; // of what it weighs
  jobs?: boolean; // by ISA-95 Job Control
  bits?: number;
  counterFrom?: number;
}>;

const opc30050 = { profile: 'packml-opc30050', tellsState: true } as const;
const tags = { profile: 'packml-tags', tellsState: true } as const;
const generic = { profile: 'generic', tellsState: false } as const;

/** By the line's own name. Where good pieces have a counter of their own, rework is the rest. */
export const kinds: Readonly<Record<string, Kind>> = {
  MIX1: { ...generic, decimals: 3 },
  FILL1: { ...generic, decimals: 3 },
  QC1: tags,
  PACK1: tags,
  M01: opc30050,
  M02: tags,
  M03: generic,
  M04: { ...generic, bits: 16, counterFrom: 65_000 },
  M05: { ...opc30050, jobs: true },
  M06: tags,
  M07: tags,
  M08: tags,
};

/** The unit of a machine that works in a lane. */
export const unitOf = (code: string, lane: number): string => `${code}-${lane}`;

/** Pieces that are believed at once: a run of the demo takes no time. */
const speed = { maxPerSec: 1_000, slack: 2_000 };
const session = { publishingMs: 50, samplingMs: 0, bookMs: 50, keepAliveCount: 20 };

/** A line of the demo, and its machine. */
export type Place = Readonly<{ line: string; code: string; lanes: number; kind: Kind }>;
type Endpoint = Readonly<Record<string, string>>;

/** The mapping of a line's machine: a unit for each lane. JSON is YAML. */
export function mappingOf({ line, code, lanes, kind }: Place, endpoint: Endpoint): string {
  const units = Array.from({ length: lanes }, (_, index) => {
    const lane = index + 1;
    return [`lane${lane}`, { ...unitMapping(unitOf(code, lane), kind), lane, debounceMs: 0 }];
  });
  const mapping = {
    ...{ version: 1, line, endpoint, session },
    namespaces: { m: namespaceUri },
    units: Object.fromEntries(units),
  };
  return `# Machine ${code} of the demo.\n${JSON.stringify(mapping, null, 2)}\n`;
}

function unitMapping(unit: string, { profile, decimals = 0, bits = 32, jobs = false }: Kind) {
  const rule = { ...speed, bits, decimals };
  const rest = (...less: string[]) => ({ derive: { from: 'total', less } });
  const scrap = { counts: 'scrap', ...rule };
  if (profile === 'packml-opc30050') {
    const root = `/pk:PackMLObjects/m:${unit}`;
    const allow = ['Store', 'Start', 'Clear'];
    const actuals = { good: 'GoodPieces', scrap: 'ScrapPieces' };
    return {
      ...{ profile, root },
      counters: {
        total: { from: 'ProdProcessedCount', ...rule },
        scrap: { from: 'ProdDefectiveCount', ...scrap },
        good: { ...rest('scrap'), counts: 'good' },
      },
      ...(jobs
        ? { jobs: { object: `${root}/m:JobOrderControl`, allow, perMinute: 60, actuals } }
        : {}),
    };
  }
  const at = (name: string) => ({ at: `m;s=${unit}.${name}` });
  const isTags = profile === 'packml-tags';
  const counters = {
    total: { ...(isTags ? { from: 'ProdProcessedCount' } : at('Total')), ...rule },
    scrap: { ...(isTags ? { from: 'ProdDefectiveCount' } : at('Scrap')), ...scrap },
    good: { ...at('Good'), counts: 'good', ...rule },
    rework: { ...rest('good', 'scrap'), counts: 'rework' },
  };
  return isTags
    ? { profile, root: `m;s=${unit}.`, counters }
    : { profile, counters, mode: at('Mode') };
}
