import { type Clock, systemClock } from '../shared/clock.ts';
import {
  type Field,
  fallback,
  id,
  integer,
  invalid,
  list,
  optional,
  readFields,
} from '../shared/field.ts';
import { documentOf, misfit } from './document.ts';
import type { Erp, Outcome, Posting } from './erp.ts';
import type { SapPlant } from './numbering.ts';
import { openOdata } from './odata.ts';
import { entityOf, verdict } from './verdict.ts';

/** Codes with which SAP usually says "locked"; unverified [K], hence a setting. */
const usualLockCodes = ['M3/024', 'M3/682', 'MC/601'];

const origin: Field<string> = {
  doc: 'The ERP’s origin, e.g. "https://erp.example".',
  read(value, name) {
    const given = typeof value === 'string' ? URL.parse(value) : null;
    if (given && /^https?:$/.test(given.protocol) && given.username === '') return given.origin;
    throw invalid(name, 'must be an http or https address without a user in it');
  },
};

const timeZone: Field<string> = {
  doc: 'IANA time zone of the plant, whose calendar day is the posting date. "UTC" if absent.',
  read(value = 'UTC', name) {
    try {
      return new Intl.DateTimeFormat('en-CA', { timeZone: `${value}` }).resolvedOptions().timeZone;
    } catch {
      throw invalid(name, 'must be an IANA time zone');
    }
  },
};

export const sapFields = {
  url: origin,
  client: optional(id('SAP client, sent as sap-client.', 3)),
  plant: id('Plant.', 4),
  storageLocation: id('Storage location of components and products.', 4),
  costCenter: fallback(id('Cost centre that bears stock scrapped from quality.', 10), 'SCRAP'),
  clientTimeoutMs: fallback(integer('Wait for each answer, ms.', 10, 600_000), 10_000),
  maxInFlightMs: fallback(
    integer('After this time the ERP has committed or dropped a call, ms.', 0, 3_600_000),
    30_000,
  ),
  setupActivity: fallback(integer('Activity of the work centres that is set-up time.', 1, 6), 1),
  machineActivity: fallback(integer('Activity that is machine time.', 1, 6), 2),
  timeZone,
  lockCodes: fallback(list(id('Message codes, CLASS/NNN, of locks.', 24), 100), usualLockCodes),
};

export type SapOptions = { url: string; plant: string; storageLocation: string } & {
  readonly [K in keyof typeof sapFields]?: unknown;
};

/** What does not belong into a config: the credential comes from a file, the clock from tests. */
export type SapParts = Readonly<{ authorization?: string; clock?: Clock }>;

/**
 * SAP S/4HANA by its public OData V2 services. Throws Fault INVALID if an option is bad.
 *
 * The key stands in ExternalSystemConfirmation of a confirmation and, shortened, in
 * ReferenceDocument of a material document; that both can be filtered by is [K]. Quantities go out
 * exactly or not at all; times in minutes with 3 decimals, rounded half up.
 */
export function sapErp(
  given: SapOptions,
  { authorization, clock = systemClock }: SapParts = {},
): Erp {
  const options = readFields(sapFields, given, 'sap');
  if (options.setupActivity === options.machineActivity) {
    throw invalid('sap.machineActivity', 'must differ from setupActivity');
  }
  const plant: SapPlant = { ...options, dayAt: calendar(options.timeZone) };
  const { url, client, clientTimeoutMs: timeoutMs, lockCodes } = options;
  const odata = openOdata({ url, client, timeoutMs, authorization });

  return {
    name: 'sap',
    maxInFlightMs: options.maxInFlightMs,
    unfit: misfit,

    async post(posting: Posting, isSafe?: () => boolean): Promise<Outcome> {
      const reason = misfit(posting);
      if (reason !== undefined) return { kind: 'refused', code: 'UNFIT', reason };
      const { service, set, numberOf, ...given } = documentOf(posting, plant);
      const sent = await odata.post(service, set, given, isSafe);
      return verdict(sent, { lockCodes, nowMs: clock.nowMs(), numberOf });
    },

    async lookup(posting: Posting): Promise<readonly string[] | undefined> {
      if (misfit(posting) !== undefined) return [];
      const { service, set, lookIn = set, filter, numberOf } = documentOf(posting, plant);
      const query = `$filter=${encodeURIComponent(filter)}&$format=json`;
      const sent = await odata.get(`${service}/${lookIn}`, query);
      if (!('answer' in sent) || sent.answer.status !== 200) return undefined;
      const results = entityOf(sent.answer.text)?.['results'];
      if (!Array.isArray(results)) return undefined;
      const numbers = results.map((entity) => numberOf(entity as Record<string, unknown>));
      if (!numbers.every((found) => found !== undefined)) return undefined;
      return [...new Set(numbers)]; // the items of one document are one
    },
  };
}

/** The calendar day in `zone` at a Unix time, as "2026-11-23". */
function calendar(zone: string): (ms: number) => string {
  const days = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
  return (ms) => days.format(ms);
}
