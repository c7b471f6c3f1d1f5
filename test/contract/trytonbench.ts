import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Erp, Posting } from '../../central/erp/erp.ts';
import { trytonErp } from '../../central/tryton/connector.ts';
import { atMs, day } from '../tryton/goods.ts';
import type { Depot } from '../tryton/provision.ts';
import { poster } from '../tryton/seed.ts';
import { options, startWorks, type Works } from '../tryton/works.ts';
import type { Answer, Bench, Connector, Trouble } from './bench.ts';
import { newKey } from './documents.ts';
import { type Asked, isProxyTrouble, openProxy } from './proxy.ts';
import { booked, lastMove } from './trytonbooks.ts';

/** SQLite waits 5 s for a lock, twice here; several tests share one Python. */
/** Longer than Tryton waits for a lock of its own database, on a busy machine too. */
const timeoutMs = 20_000;
const maxInFlightMs = 4_000;
const order = '4700';
const component = { material: 'STEEL', lot: 'MELT1', unit: 'KG' };
/** Lots that lie in storage and in quarantine, and how much of each. */
const lying = { free: 'F1', blocked: 'Q1' };
const lyingQuantity = 50;

const methodOf = ({ body }: Asked): string => `${JSON.parse(body)['method']}`;

export type Shared = Awaited<ReturnType<typeof openShared>>;

/**
 * One server for all benches. Each has a database of its own there, a copy of one with an order
 * that runs, and stock. There are as many as tests run at once, opened one by one before the first
 * test: Tryton takes a second for each, and breaks what works in another one meanwhile.
 */
export async function openShared(depot: Depot) {
  const works = await startWorks(depot, 1);
  await prepare(works);
  const master = join(works.folder, 'erp.sqlite');
  const free: string[] = [];
  const waiting: ((name: string) => void)[] = [];
  async function restore(name: string): Promise<void> {
    const source = new Sqlite(master, { readonly: true });
    await source.backup(join(works.folder, `${name}.sqlite`), { progress: () => pagesMax });
    source.close();
  }
  for (let at = 1; at <= databasesCount; at++) {
    const name = `bench${at}`;
    await restore(name);
    await connect(works, works.url, name).lookup(postingOf('goodsIssue', 'none'));
    free.push(name);
  }
  return {
    works,
    /** A database for one bench, once one is free: its name. */
    async take(): Promise<string> {
      const name = free.pop() ?? (await new Promise<string>((done) => waiting.push(done)));
      await restore(name);
      return name;
    },
    /** Nobody works with it any more. */
    give(name: string): void {
      const next = waiting.shift();
      if (next) next(name);
      else free.push(name);
    },
    close: works.close,
  };
}

const databasesCount = 5;
/** Pages of a database: it is copied in one go. */
const pagesMax = 1_000_000;

export const connect = ({ folder }: Works, url: string, database: string): Erp =>
  trytonErp(options(url, folder, { database, clientTimeoutMs: timeoutMs, maxInFlightMs }));

async function prepare({ planning, office }: Works): Promise<void> {
  await planning.addProducts([
    { code: 'STEEL', unit: 'KG', cost: '10' },
    { code: 'BOLT', unit: 'KG', cost: '20', made: true },
  ]);
  const bolts = { code: 'BOLT', quantity: lyingQuantity };
  await planning.addStock(
    [{ code: 'STEEL', lot: component.lot, quantity: 9_999_999_999.999 }],
    day,
  );
  await planning.addStock(
    [lying.free, lying.blocked].map((lot) => ({ ...bolts, lot })),
    day,
  );
  const { id: product, unitId: unit } = planning.products.get('BOLT')!;
  const lot = await office.id('stock.lot', [['number', '=', lying.blocked]]);
  const place = (code: string) => planning.places.get(code);
  const move = await office.one('stock.move', {
    ...{ product, unit, lot, quantity: lyingQuantity, company: planning.company },
    ...{ from_location: place('STO'), to_location: place('QUAR') },
  });
  await office.push('stock.move', 'do', [move]);
  await planning.addOrders([
    { reference: order, code: 'BOLT', quantity: 100, operations: ['0010 Turning', '0020'] },
  ]);
}

function postingOf(kind: Posting['kind'], name: string): Posting {
  const own = { key: newKey(`${kind} ${name}`), kind, eventId: newKey('event'), atMs };
  if (kind === 'confirmation') {
    const counts = { yield: '90', scrap: '2.125', rework: '0.5', final: true };
    return {
      ...{ ...own, ...counts, order, operation: '0010', unit: 'KG' },
      ...{ setupMs: 90_000, machineMs: 1_800_029 },
    };
  }
  if (kind === 'goodsIssue') return { ...own, ...component, order, quantity: '100.001' };
  const made = { ...own, material: 'BOLT', unit: 'KG' };
  if (kind === 'goodsReceipt') {
    return { ...made, order, lot: `L ${name}`, quantity: '90', blocked: '9.5' };
  }
  const lot = kind === 'blockStock' ? lying.free : lying.blocked;
  return { ...made, lot, quantity: '4.003' };
}

/** Of what a posting says, 7 of everything. */
function altered(asked: Asked): Asked {
  const body = JSON.parse(asked.body);
  const [values, moves] = body.params;
  if (values.good) values.good.decimal = '7';
  for (const move of moves) move.quantity = 7;
  const text = JSON.stringify(body);
  const { 'content-length': _length, ...headers } = asked.headers;
  return { ...asked, headers, body: text };
}

async function open({ works, take, give }: Shared): Promise<Bench> {
  const { folder } = works;
  const database = await take();
  const path = join(folder, `${database}.sqlite`);
  const proxy = await openProxy({
    target: works.url,
    carries: (asked) => methodOf(asked) === 'model.holdfast.document.post',
    renews: (asked) => methodOf(asked) === 'common.db.login',
    readsBack: ({ body }) => /holdfast\.document\.search_read.*"key"/.test(body),
    ...{ slowMs: 300, lateMs: timeoutMs + 200 },
  });
  const db = new Sqlite(path, { timeout: timeoutMs });
  const before = lastMove(db);
  const erp = connect(works, proxy.url, database);
  await erp.lookup(postingOf('goodsIssue', 'none')); // it has a session, and knows the locations
  const endSessions = () => void db.prepare('DELETE FROM ir_session').run();
  const letIn = (isLetIn: boolean) =>
    void db
      .prepare('UPDATE res_user SET active = ? WHERE login = ?')
      .run(isLetIn ? 1 : 0, poster.user);

  async function heal(): Promise<void> {
    proxy.befall(undefined);
    if (db.inTransaction) db.exec('ROLLBACK');
    letIn(true);
  }
  return {
    ...{ erp, heal, elsewhere: (url) => connect(works, url, database), renewals: proxy.renewals },
    posting: async (kind, name) => postingOf(kind, name),
    carried: () => {
      const [values, moves, cycles, complete] = JSON.parse(proxy.carried()!.body).params;
      return { values, moves, cycles, complete };
    },
    async refusable() {
      const quantity = `${lyingQuantity + 1}`;
      const posting = { ...postingOf('scrapStock', 'refused'), quantity };
      return { posting, code: 'UserError', words: 'are short in Quarantine' };
    },
    async befall(trouble: Trouble | Answer): Promise<void> {
      await heal();
      if (isProxyTrouble(trouble)) proxy.befall(trouble);
      if (trouble === 'altered') proxy.befall(altered);
      if (trouble === 'locked') db.exec('BEGIN IMMEDIATE');
      if (trouble === 'expired' || trouble === 'shutOut') endSessions();
      if (trouble === 'shutOut') letIn(false);
    },
    books: async () => booked(db, before),
    async close() {
      await proxy.close();
      db.close();
      give(database);
    },
  };
}

/** What a bench needs is there once the server is. */
export const trytonConnector = (shared: Shared): Connector => ({
  ...{ name: 'Tryton', open: () => open(shared), timeoutMs, timeStepMs: 1 },
  // Nine questions and a posting; each may be asked again until one time-out has passed.
  requestsMax: 20,
  secrets: [poster.password],
  softError: JSON.stringify({ id: 1, error: ['UserError', ['No.', 'Not now.', null]] }),
  cannot: {
    usageDecision: 'it has none: it inspects by itself',
    ...{ supplierClaim: 'it has no complaints', returnDelivery: 'the module makes none' },
    ...{ accrual: 'the module posts no accounts', cancelAccrual: 'the module posts no accounts' },
  },
});
