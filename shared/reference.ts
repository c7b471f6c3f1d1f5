import {
  amount,
  choice,
  type Fields,
  fallback,
  id,
  integer,
  invalid,
  list,
  optional,
  prose,
  type Read,
  readFields,
  record,
  some,
  someAmount,
} from './field.ts';
import { masterKinds } from './master.ts';
import { lineField } from './subject.ts';
import { instantMs, material, unit } from './vocabulary.ts';

/** Kinds of reference data: master records, and the codes by which reasons are named. */
const referenceKinds = [...masterKinds, 'reasonCode'] as const;
export type ReferenceKind = (typeof referenceKinds)[number];

/** Most bytes of one version's contents, as JSON; */
export const contentBytesMax = 32 * 1024;
/** most records that one change set names; */
export const setRecordsMax = 5_000;
/** and most bytes of one answer to an edge: a message of NATS carries 1 MB. */
export const pageBytesMax = 512 * 1024;

const status = fallback(
  choice('Whether it may be used: a blocked one starts no order.', ['active', 'blocked']),
  'active',
);
const name = optional(prose('What people call it.', 100));

/** What a lot number of an item must look like. */
const lotRule = record('What its lot numbers look like.', {
  prefix: optional(id('They begin with this.')),
  charactersMin: fallback(integer('Fewest characters.', 1, 40), 1),
  charactersMax: fallback(integer('Most characters.', 1, 40), 40),
});

export const reasonGroups = ['bad', 'stop', 'hold'] as const;
export type ReasonGroup = (typeof reasonGroups)[number];
const words = (doc: string) => optional(prose(doc, 80));

const operationFields = {
  operation: id('Operation number.'),
  name: fallback(prose('What is done.', 100), ''),
  workCenter: id('Work centre that does it.'),
};
const operation = record('One step.', operationFields);

/** For how much the times or quantities beside it are, in which unit. */
const base = {
  baseQuantity: optional(someAmount('Of the material: for so many it is said; for 1 if absent.')),
  baseUnit: optional({ ...unit, doc: 'Its unit; that of the item if absent.' }),
};
/** Standard times, as routings of ISA-95 and of ERPs have them. */
const step = record('One step, with its standard times.', {
  ...operationFields,
  setupMinutes: optional(amount('To set up, minutes.')),
  machineMinutes: optional(someAmount('Of the machine for the base quantity, minutes.')),
  labourMinutes: optional(
    amount('Of people for the base quantity, minutes; as long as the machine if absent.'),
  ),
  ...base,
});

/** What a version of each kind says. */
const contents = {
  item: {
    ...{ name, unit, status },
    earlier: fallback(
      choice('Whether orders by an earlier revision may still start.', ['refused', 'allowed']),
      'refused',
    ),
    lots: optional(lotRule),
  },
  bom: {
    ...{ material, name, status, ...base },
    components: list(
      record('A component.', {
        material: id('Its material number.'),
        quantity: someAmount('How much of it.'),
        unit,
      }),
      200,
    ),
  },
  routing: { material, name, status, operations: some(list(step, 100)) },
  specification: {
    ...{ material, name, status },
    characteristics: list(
      record('A characteristic.', {
        name: id('Characteristic.'),
        unit: optional(unit),
        lower: optional(amount('Lower limit.')),
        upper: optional(amount('Upper limit.')),
      }),
      100,
    ),
  },
  workCenter: {
    ...{ line: lineField, name, status },
    operators: optional(
      list(id('Who is qualified for it, e.g. "person:17"; everybody where absent.', 64), 300),
    ),
  },
  reasonCode: {
    ...{ group: choice('What it is a reason for.', reasonGroups), status },
    texts: record('Its text by the language of the page; the code where none is given.', {
      en: words('English.'),
      de: words('German.'),
      es: words('Spanish.'),
      zh: words('Chinese.'),
    }),
  },
} as const satisfies Record<ReferenceKind, Fields>;

export type ContentOf<K extends ReferenceKind> = Read<(typeof contents)[K]>;

/** Which version of which record of which kind. */
const versionFields = {
  kind: choice('Kind of record.', referenceKinds),
  record: id('Its number.'),
  version: id('Its version, revision or edition, as its owner names it.'),
};
export type ReferenceVersion = Read<typeof versionFields>;
export const referenceVersion = record('One version of one record.', versionFields);

/** One version of one record with what it says. */
export type Reference = {
  [K in ReferenceKind]: Readonly<{
    kind: K;
    record: string;
    version: string;
    content: ContentOf<K>;
  }>;
}[ReferenceKind];

const anything = (doc: string) => ({ doc, read: (value: unknown) => value });
const entry = { ...versionFields, content: anything('What the version says, by its kind.') };

/**
 * One version of a record as it comes from an ERP, a person or central. Throws Fault INVALID that
 * names, beginning with `label`, every field that is bad, and its limit.
 */
export function readReference(given: unknown, label: string): Reference {
  const { kind, record: number, version, content } = readFields(entry, given, label);
  const read = readFields<Fields>(contents[kind], content, `${label}.content`);
  const bytes = Buffer.byteLength(JSON.stringify(read));
  if (bytes > contentBytesMax) {
    throw invalid(`${label}.content`, `must be at most ${contentBytesMax} bytes as JSON`);
  }
  return { kind, record: number, version, content: read } as unknown as Reference;
}

const omitted = <T extends object>(given: T, names: readonly string[]): T =>
  Object.fromEntries(Object.entries(given).filter(([name]) => !names.includes(name))) as T;
const baseNames = Object.keys(base);
const timeNames = ['setupMinutes', 'machineMinutes', 'labourMinutes', ...baseNames];

/**
 * What a version says but for what only central reckons with: standard times and base quantities.
 * So it is told to edges, of which one that is older than these would refuse the whole set.
 */
export function withoutTimes<T extends Reference>(reference: T): T {
  const { kind, content } = reference as Reference;
  if (kind === 'bom') return { ...reference, content: omitted(content, baseNames) };
  if (kind !== 'routing') return reference;
  const operations = content.operations.map((one) => omitted(one, timeNames));
  return { ...reference, content: { ...content, operations } };
}

const orderStatuses = ['created', 'released', 'cancelled', 'closed'] as const;

/** A production order as the ERP has it. */
export const orderFields = {
  order: id('Order number.'),
  status: choice('How far it is in the ERP.', orderStatuses),
  material,
  quantity: someAmount('Order quantity.'),
  unit,
  tolerancePercent: optional(integer('Over-completion allowed, percent.', 0, 100)),
  operations: some(list(operation, 100)),
  versions: optional(list(record('A version it is made by.', versionFields), 20)),
  changedMs: optional(instantMs('When the ERP changed it, Unix ms.')),
};
export type ErpOrder = Read<typeof orderFields>;

/** Throws Fault INVALID that names, beginning with `label`, every field that is bad. */
export const readErpOrder = (given: unknown, label: string): ErpOrder =>
  readFields(orderFields, given, label);

/** "version C of bom 4711", as people are told. */
export const versionText = ({ kind, record: of, version }: ReferenceVersion): string =>
  `version ${version} of ${kind} ${of}`;

/** What an edge asks for: what comes behind set `after`, from record `from` of it on. */
const askFields = {
  after: integer('Number of the last set that is held here.', 0, Number.MAX_SAFE_INTEGER),
  from: integer('Records of the next set that are here already.', 0, setRecordsMax),
};
export type ReferenceAsk = Read<typeof askFields>;
export const referenceAsk = askFields;

const setFields = {
  number: integer('Number of the set, 1, 2, 3 … per site.', 1, Number.MAX_SAFE_INTEGER),
  activeMs: instantMs('When it becomes active, Unix ms.'),
  records: integer('How many records it has.', 1, setRecordsMax),
  digest: id('SHA-256 of its records, hexadecimal.', 64),
};
/** A change set but for its records. */
export type ReferenceSet = Read<typeof setFields>;

export const referenceAnswer = {
  newest: integer('Number of the newest set of the site; 0 for none.', 0, Number.MAX_SAFE_INTEGER),
  set: optional(record('The next set; absent if there is none.', setFields)),
  references: list(anything('A version with its contents.'), setRecordsMax),
};
/** What central answers: the next set, and as many of its records as fit. */
export type ReferenceAnswer = Readonly<{
  newest: number;
  set?: ReferenceSet;
  references: readonly Reference[];
}>;

/** The beginning of a line's path that names its site: "acme/lyon". */
export const siteOf = (line: string): string => line.split('/', 2).join('/');
