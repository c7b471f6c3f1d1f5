import { choice, type Field, invalid, optional, record } from '../../shared/field.ts';
import type { Logger } from '../../shared/log.ts';
import { dynamicsErp } from '../dynamics/connector.ts';
import { type DynamicsOptions, dynamicsFields } from '../dynamics/options.ts';
import { type SapOptions, sapErp, sapFields } from '../sap/connector.ts';
import { trytonErp } from '../tryton/connector.ts';
import { type TrytonOptions, trytonFields } from '../tryton/options.ts';
import type { Erp } from './erp.ts';

/** What `erp` holds in the config, read; which kind it is says `kind`, or nothing for SAP. */
type Options = Readonly<{ kind?: unknown }>;
type Connector = Readonly<{
  field: Field<Options>;
  names: readonly string[];
  open(options: Options, log: Logger): Erp;
}>;

const sapKind = { kind: optional(choice('The connector; "sap" if absent.', ['sap'])) };

/** The connectors that there are, by the `kind` of the config's `erp`. */
const connectors: Readonly<Record<string, Connector>> = {
  sap: {
    field: record('SAP S/4HANA, by its confirmation and material document services.', {
      ...sapKind,
      ...sapFields,
    }),
    names: Object.keys(sapFields),
    open: ({ kind: _, ...options }) => sapErp(options as SapOptions),
  },
  dynamics: {
    field: record(
      'Dynamics 365 Supply Chain Management, by its message processor; see docs/dynamics.md.',
      dynamicsFields,
    ),
    names: Object.keys(dynamicsFields),
    open: (options) => dynamicsErp(options as DynamicsOptions),
  },
  tryton: {
    field: record('Tryton 7.0, by JSON-RPC; see docs/tryton.md.', trytonFields),
    names: Object.keys(trytonFields),
    open: (options, log) => trytonErp(options as TrytonOptions, { log }),
  },
};

const docs = Object.entries(connectors).map(
  ([kind, { field, names }]) => `"${kind}": ${field.doc} Its fields: ${names.join(', ')}.`,
);

function connectorOf(given: unknown, name: string): Connector {
  const { kind = 'sap' } = (given ?? {}) as Options;
  const found = Object.hasOwn(connectors, `${kind}`) ? connectors[`${kind}`] : undefined;
  if (found) return found;
  throw invalid(`${name}.kind`, `must be one of ${Object.keys(connectors).join(', ')}`);
}

/** The ERP that is posted to: SAP where it says no kind. */
export const erpField: Field<Options> = {
  doc: ['The ERP, by its kind; SAP if that is absent.', ...docs].join('\n# '),
  read: (value, name) => connectorOf(value, name).field.read(value, name),
};

/** The connector to the ERP that the config names. Throws Fault INVALID if an option is bad. */
export const openErp = (options: Options, log: Logger): Erp =>
  connectorOf(options, 'erp').open(options, log);

/** Throws Fault INVALID where the ERP is not told how to hand over master data and orders. */
export function checkHandsOver(options: Options): void {
  const { kind = 'sap', masters } = options as Options & { masters?: unknown };
  if (kind !== 'dynamics' || masters !== undefined) return;
  throw invalid('config.erp.masters', 'must be given with downlink.sites');
}

/** Throws Fault INVALID where the ERP cannot receive into quality inspection and decide there. */
export function checkInspects(options: Options): void {
  const { kind = 'sap', usageDecision } = options as Options & { usageDecision?: unknown };
  if (kind !== 'sap') {
    throw invalid('config.inspections', `must be empty: ${kind} has no quality inspection stock`);
  }
  if (usageDecision === undefined) {
    throw invalid('config.erp.usageDecision', 'must be given with inspections');
  }
}

/** Throws Fault INVALID where the ERP's connector cannot read and post what follows receipts. */
export function checkInbound(options: Options): void {
  const { kind = 'sap', supplier } = options as Options & { supplier?: unknown };
  if (kind !== 'sap') {
    throw invalid('config.inbound', `must be absent: ${kind} has no claims and no provisions here`);
  }
  if (supplier === undefined) {
    throw invalid('config.erp.supplier', 'must be given with inbound');
  }
}
