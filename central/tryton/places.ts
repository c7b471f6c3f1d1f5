import type { TrytonConfig } from './options.ts';
import { type Failure, isFailure, unfitErp } from './reply.ts';
import type { Tryton } from './session.ts';

/** Ids of what the config names by its code, and the context of every call. */
export type Places = Readonly<{
  context: Readonly<{ company: number; language: string }>;
  company: number;
  free: number; // storage of the warehouse: unrestricted stock
  blocked: number; // quarantine
  scrap: number;
}>;

export type Row = Readonly<Record<string, unknown>>;
type Rows = Readonly<{ rows: readonly Row[] }> | Failure;

/** Rows of a model; most that are looked at. */
const rowsMax = 1_000;

/** Searches and reads in one call. */
export async function readRows(
  tryton: Tryton,
  [model, domain, fields]: readonly [string, readonly unknown[], readonly string[]],
  context: object,
): Promise<Rows> {
  const order = [['id', 'ASC']];
  const method = `model.${model}.search_read`;
  const reply = await tryton.ask(method, domain, 0, rowsMax, order, fields, context);
  if (reply.kind !== 'result') return reply;
  if (Array.isArray(reply.result)) return { rows: reply.result as Row[] };
  return { kind: 'unknown', reason: `${method}: an answer that is no list` };
}

/** A failure that is no answer of the network's: of the ERP's own setting up. */
const settled = (failure: Failure): Failure =>
  failure.kind === 'busy' ? failure : unfitErp(`looking at Tryton: ${failure.reason}`);

/**
 * What Tryton must have before anything can be posted to it: our module, the company, the three
 * locations. A failure says what is missing.
 */
export async function findPlaces(tryton: Tryton, config: TrytonConfig): Promise<Places | Failure> {
  const language = { language: 'en' };
  const module = await readRows(tryton, ['holdfast.document', [['id', '=', 0]], ['id']], language);
  if (isFailure(module)) return settled(module);
  const named = config.company === undefined ? [] : [['party.name', '=', config.company]];
  const found = await readRows(tryton, ['company.company', named, ['party']], language);
  if (isFailure(found)) return settled(found);
  const [company, ...others] = found.rows;
  if (!company || others.length > 0) {
    return unfitErp(`Tryton has ${found.rows.length} companies that company: may mean`);
  }
  const context = { company: company['id'] as number, ...language };
  const places = await findLocations(tryton, config, context);
  if (isFailure(places)) return places;
  return { context, company: context.company, ...places };
}

async function findLocations(tryton: Tryton, config: TrytonConfig, context: object) {
  const codes = [config.warehouse, config.quarantine, config.scrap];
  const fields = ['code', 'type', 'storage_location'];
  const found = await readRows(
    tryton,
    ['stock.location', [['code', 'in', codes]], fields],
    context,
  );
  if (isFailure(found)) return settled(found);
  const one = (code: string, type: string) =>
    found.rows.filter((row) => row['code'] === code && row['type'] === type);
  const wanted = [
    ['warehouse', config.warehouse, 'warehouse'],
    ['quarantine', config.quarantine, 'storage'],
    ['scrap', config.scrap, 'lost_found'],
  ] as const;
  for (const [field, code, type] of wanted) {
    const count = one(code, type).length;
    if (count !== 1) {
      return unfitErp(`${field}: Tryton has ${count} locations ${code} of type ${type}`);
    }
  }
  const free = one(config.warehouse, 'warehouse')[0]!['storage_location'] as number;
  const blocked = one(config.quarantine, 'storage')[0]!['id'] as number;
  const within = ['parent', 'child_of', [free]];
  const inside = await readRows(
    tryton,
    ['stock.location', [['id', '=', blocked], within], ['id']],
    context,
  );
  if (isFailure(inside)) return settled(inside);
  if (inside.rows.length > 0) {
    return unfitErp(`quarantine: ${config.quarantine} lies in storage, and would be picked from`);
  }
  return { free, blocked, scrap: one(config.scrap, 'lost_found')[0]!['id'] as number };
}
