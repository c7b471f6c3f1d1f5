import type { SupplierSettings } from './claimfields.ts';

type Entity = Readonly<Record<string, unknown>>;

/** One document: where it is created, with what, and how it is found and read again. */
export type SapDocument = Readonly<{
  service: string;
  set: string; // the entity set; or the function import that takes a document back
  parameters?: string; // of a function import
  body?: Entity; // of an entity
  lookIn?: string; // the set in which it is found, where that is another one
  filter: string; // $filter that finds the documents of this posting
  sought: Entity; // what that filter asks for, which each entity found must say
  /** What it says once it is there, by SAP's names; not all of it is read back. */
  says: Entity;
  reverses?: boolean; // it takes back another one
  original?: Original; // which
  expand?: string; // without which SAP leaves out what is to be read back
  /** The document number in an entity, or undefined. */
  numberOf(entity: Entity): string | undefined;
  /** Where the document of that number is read. */
  pathOf(number: string): string;
}>;

/** The document that is taken back: its number, where it is read, and the key that it bears. */
export type Original = Readonly<{ number: string; path: string; bears: Entity }>;

export type SapPlant = Readonly<{
  plant: string;
  storageLocation: string;
  costCenter: string;
  setupActivity: number;
  machineActivity: number;
  /** Process orders: numbers, or how they begin with a "*" behind. */
  processOrders: readonly string[];
  /** Of claims and provisions; absent where none are posted. */
  supplier?: SupplierSettings | undefined;
  /** The plant's calendar day at a Unix time, "2026-11-23": the posting date. */
  dayAt(ms: number): string;
}>;

const numbered = (value: unknown): value is string =>
  typeof value === 'string' && /[1-9]/.test(value);

/** "0000000001/00000002": the group, and the count in it. */
export const confirmationNumber: SapDocument['numberOf'] = ({
  ConfirmationGroup: group,
  ConfirmationCount: count,
}) => (numbered(group) && numbered(count) ? `${group}/${count}` : undefined);

/** "4900000001/2026": the number, and its year. */
export const materialNumber: SapDocument['numberOf'] = ({
  MaterialDocumentYear: year,
  MaterialDocument: number,
}) => (numbered(year) && numbered(number) ? `${number}/${year}` : undefined);

const services = {
  production: ['API_PROD_ORDER_CONFIRMATION_2_SRV', 'ProdnOrdConf2', 'CancelProdnOrdConf'],
  process: ['API_PROC_ORDER_CONFIRMATION_2_SRV', 'ProcOrdConf2', 'CancelProcOrdConf'],
} as const;

/** Where an order is confirmed: production orders by one service, process orders by its twin. */
export function confirmationsOf(
  order: string | undefined,
  { processOrders }: Pick<SapPlant, 'processOrders'>,
) {
  const isProcess = processOrders.some((pattern) =>
    pattern.endsWith('*') ? order?.startsWith(pattern.slice(0, -1)) : order === pattern,
  );
  const [service, set, cancel] = services[isProcess ? 'process' : 'production'];
  const pathOf = (number: string): string => {
    const [group, count] = number.split('/').map(encodeURIComponent);
    return `${service}/${set}(ConfirmationGroup='${group}',ConfirmationCount='${count}')`;
  };
  return { service, set, cancel, pathOf };
}

export const materialService = 'API_MATERIAL_DOCUMENT_SRV';
export const materialSet = 'A_MaterialDocumentHeader';

export function materialPath(given: string): string {
  const [number, year] = given.split('/').map(encodeURIComponent);
  const key = `MaterialDocumentYear='${year}',MaterialDocument='${number}'`;
  return `${materialService}/${materialSet}(${key})`;
}

/** Both halves of such a number; undefined for what SAP has not given. */
export function halvesOf(number: string): readonly [string, string] | undefined {
  const [, first, second] = /^(\d{1,10})\/(\d{1,8})$/.exec(number) ?? [];
  return first === undefined || second === undefined ? undefined : [first, second];
}
