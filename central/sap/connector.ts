import { type Clock, systemClock } from '../../shared/clock.ts';
import {
  fallback,
  id,
  integer,
  invalid,
  list,
  optional,
  readFields,
  record,
  text,
} from '../../shared/field.ts';
import { type Credential, openCredential } from '../erp/credential.ts';
import type { Erp, Found, Outcome, Posting, Preview } from '../erp/erp.ts';
import { calendar, origin, timeZone, waits } from '../erp/erpfields.ts';
import { openOdata } from '../erp/odata.ts';
import { type Known, verdict } from '../erp/verdict.ts';
import { supplierFields } from './claimfields.ts';
import { checkDecisions, decisionFields } from './decided.ts';
import { openSapDecision } from './decision.ts';
import { documentOf, misfit } from './document.ts';
import { sapFigures } from './figures.ts';
import { sapMasters } from './masters.ts';
import type { SapDocument, SapPlant } from './numbering.ts';
import { stopOf } from './ownership.ts';
import { sapReceipts } from './receipts.ts';
import { openSight } from './sight.ts';
import { isSupplierKind } from './supplier.ts';

/** Codes with which SAP usually says "locked"; unverified [K], hence a setting. */
const usualLockCodes = ['M3/024', 'M3/682', 'MC/601'];

export const sapFields = {
  url: origin,
  user: optional(text('Communication user; with passwordPath.', 100)),
  passwordPath: optional(
    text('File with its password; read again when the ERP refuses it.', 4_096),
  ),
  client: optional(id('SAP client, sent as sap-client.', 3)),
  plant: id('Plant.', 4),
  storageLocation: id('Storage location of components and products.', 4),
  costCenter: fallback(id('Cost centre that bears stock scrapped from quality.', 10), 'SCRAP'),
  ...waits,
  setupActivity: fallback(integer('Activity of the work centres that is set-up time.', 1, 6), 1),
  machineActivity: fallback(integer('Activity that is machine time.', 1, 6), 2),
  labourActivity: optional(integer('Activity that is labour, in standard times.', 1, 6)),
  timeZone,
  usageDecision: optional(
    record('Codes with which inspected lots are decided; docs/connectors.md.', decisionFields),
  ),
  supplier: optional(
    record('Claims to suppliers and provisions for them; docs/supplier.md.', supplierFields),
  ),
  processOrders: fallback(
    list(id('Process orders: a number, or how numbers begin and a "*".', 13), 100),
    [],
  ),
  revisionField: fallback(
    id('Property of A_Product with the revision of an item [K].', 40),
    'YY1_Revision_PRD',
  ),
  lineField: fallback(
    id('Property of A_WorkCenters with the line, enterprise/site/area/line [K].', 40),
    'YY1_Line_WCT',
  ),
  lockCodes: fallback(list(id('Message codes, CLASS/NNN, of locks.', 24), 100), usualLockCodes),
  knownCodes: fallback(
    list(id('Message codes, CLASS/NNN, of what is there already [K].', 24), 100),
    [],
  ),
};

export type SapOptions = { url: string; plant: string; storageLocation: string } & {
  readonly [K in keyof typeof sapFields]?: unknown;
};

/** What does not belong into a config. Without a credential, that of the config is used, if any. */
export type SapParts = Readonly<{ credential?: Credential; clock?: Clock }>;

/**
 * SAP S/4HANA by its public OData V2 services. Throws Fault INVALID if an option is bad.
 *
 * The key stands in ExternalSystemConfirmation of a confirmation and, shortened, in
 * ReferenceDocument of a material document; that both can be filtered by is [K]. Quantities go out
 * exactly or not at all; times in minutes with 3 decimals, rounded half up.
 *
 * What was posted is read back from SAP's answer; where that does not show it all, and after a
 * message of `knownCodes`, with one or two requests more (`sight.ts`).
 */
export function sapErp(given: SapOptions, { credential, clock = systemClock }: SapParts = {}): Erp {
  const options = readFields(sapFields, given, 'sap');
  if (options.setupActivity === options.machineActivity) {
    throw invalid('sap.machineActivity', 'must differ from setupActivity');
  }
  const plant: SapPlant = { ...options, dayAt: calendar(options.timeZone) };
  const { url, client, clientTimeoutMs: timeoutMs, lockCodes, knownCodes } = options;
  const odata = openOdata({ url, client, timeoutMs, credential: credential ?? ownOf(options) });
  const sight = openSight(odata);
  const { usageDecision: settings } = options;
  const decisions =
    settings &&
    openSapDecision({
      ...{ odata, plant, lockCodes, knownCodes, nowMs: clock.nowMs },
      settings: checkDecisions(settings, 'sap.usageDecision'),
    });

  /** Why SAP can never hold it, or is not told how. */
  function unfit(posting: Posting): string | undefined {
    const isInspected = posting.kind === 'usageDecision' || posting.inspection === true;
    if (isInspected && !decisions) return 'usageDecision: no codes are configured in sap';
    if (isSupplierKind(posting.kind) && !plant.supplier) {
      return `${posting.kind}: supplier is not configured in sap`;
    }
    return misfit(posting);
  }

  /** SAP says that it is there: so it is, if it is seen there. */
  async function known(document: SapDocument, { refused }: Known): Promise<Outcome> {
    const found = await sight.find(document);
    if (found === undefined) {
      return { kind: 'unknown', reason: `not looked up after: ${refused.reason}` };
    }
    if ('kind' in found) return found;
    const [number, ...more] = found;
    if (number === undefined) return refused;
    if (more.length === 0) return { kind: 'posted', document: number };
    return { kind: 'unknown', reason: `${found.length} documents after: ${refused.reason}` };
  }

  /** One document, sent once and read back. */
  async function postOne(posting: Posting, isSafe?: () => boolean): Promise<Outcome> {
    const document = documentOf(posting, plant);
    const { service, set, numberOf } = document;
    const stop = await stopOf(document, odata.get, { lockCodes, nowMs: clock.nowMs() });
    if (stop) return stop;
    const sent = await odata.post(service, set, document, isSafe);
    const reading = { lockCodes, knownCodes, nowMs: clock.nowMs(), wrapper: set, numberOf };
    const said = verdict(sent, reading);
    if (said.kind === 'created') return sight.readBack(document, said);
    return said.kind === 'known' ? known(document, said) : said;
  }

  return {
    name: 'sap',
    maxInFlightMs: options.maxInFlightMs,
    unfit,
    figures: sapFigures(odata, plant),
    masters: sapMasters(odata, options, clock.nowMs),
    receipts: sapReceipts(odata, plant),

    preview(posting: Posting): Preview {
      if (posting.kind === 'usageDecision') return decisions!.preview(posting);
      const { service, set, parameters, body = null } = documentOf(posting, plant);
      const query = parameters === undefined ? '' : `?${parameters}`;
      return { to: `POST ${service}/${set}${query}`, body };
    },

    async post(posting: Posting, isSafe?: () => boolean): Promise<Outcome> {
      const reason = unfit(posting);
      if (reason !== undefined) return { kind: 'refused', code: 'UNFIT', reason };
      if (posting.kind === 'usageDecision') return decisions!.post(posting, isSafe);
      const outcome = await postOne(posting, isSafe);
      if (outcome.kind !== 'posted' || posting.kind !== 'goodsReceipt') return outcome;
      const inspectionLot =
        posting.inspection && (await decisions!.lotOf(posting, outcome.document));
      return inspectionLot ? { ...outcome, inspectionLot } : outcome;
    },

    async lookup(posting: Posting): Promise<Found> {
      if (unfit(posting) !== undefined) return [];
      if (posting.kind === 'usageDecision') return decisions!.find(posting);
      return sight.find(documentOf(posting, plant));
    },
  };
}

type Named = Readonly<{ user?: string | undefined; passwordPath?: string | undefined }>;

/** The credential that the options name, if they do. Throws Fault INVALID for half of one. */
function ownOf({ user, passwordPath }: Named): Credential | undefined {
  if (user === undefined && passwordPath === undefined) return undefined;
  if (user === undefined) throw invalid('sap.user', 'must be given with passwordPath');
  if (passwordPath === undefined) throw invalid('sap.passwordPath', 'must be given with user');
  return openCredential(user, passwordPath, 'sap');
}
