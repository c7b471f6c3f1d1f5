import { dateOf, decimalOf } from '../../central/tryton/typed.ts';
import type { Office } from './office.ts';

/** The user that Holdfast posts as, and the groups that it needs. */
export const poster = { user: 'holdfast', password: 'a password for tests 1' };
export const posterGroups = ['Holdfast', 'Production', 'Stock', 'Account'];
export const admin = { user: 'admin', password: 'a password for tests 2' };
/** One hour of any work centre costs as much as it has seconds: ms are thousandths of a euro. */
export const hourRate = 3_600;

/** Makes a database with no more than its schema the one of a small manufacturer. */
export async function seed(office: Office, years: readonly number[]): Promise<void> {
  const company = await openCompany(office);
  const accounts = await openBooks(office, company, years);
  await openPlant(office, company);
  await office.one('product.category', {
    ...{ name: 'Manufactured', accounting: true },
    ...{ account_expense: accounts.expense, account_revenue: accounts.revenue },
    ...{ account_stock: accounts.stock, account_stock_in: accounts.change },
    account_stock_out: accounts.change,
  });
  const groups = await office.rows('res.group', [['name', 'in', posterGroups]], ['name']);
  if (groups.length !== posterGroups.length) throw new Error('groups of the poster are missing');
  await office.one('res.user', {
    ...{ name: 'Holdfast', login: poster.user, password: poster.password, company },
    groups: [['add', groups.map(({ id }) => id)]],
    companies: [['add', [company]]],
  });
}

async function openCompany(office: Office): Promise<number> {
  const since = dateOf('2020-01-01');
  const currency = await office.one('currency.currency', {
    ...{ name: 'Euro', code: 'EUR', symbol: '€', rounding: decimalOf('0.01'), digits: 2 },
    rates: [['create', [{ rate: decimalOf('1'), date: since }]]],
  });
  const party = await office.one('party.party', { name: 'Works' });
  const company = await office.one('company.company', { party, currency });
  const user = await office.id('res.user', [['login', '=', admin.user]]);
  await office.write('res.user', [user], { companies: [['add', [company]]], company });
  office.enter(company);
  return company;
}

/** Chart of accounts, and fiscal years whose stock is kept in the journal. */
async function openBooks(office: Office, company: number, years: readonly number[]) {
  const template = await office.id('account.account.template', [['parent', '=', null]]);
  await office.wizard('account.create_chart', [
    ['account', {}],
    ['create_account', { account: { account_template: template, company } }],
  ]);
  const type = await office.id('ir.sequence.type', [['name', '=', 'Account Move']]);
  for (const year of years) {
    const name = `${year}`;
    const sequence = await office.one('ir.sequence', { name, sequence_type: type, company });
    const fiscalyear = await office.one('account.fiscalyear', {
      ...{ name, company, post_move_sequence: sequence, account_stock_method: 'continental' },
      ...{ start_date: dateOf(`${year}-01-01`), end_date: dateOf(`${year}-12-31`) },
    });
    await office.push('account.fiscalyear', 'create_period', [fiscalyear]);
  }
  const own = ['company', '=', company];
  const account = (...domain: unknown[]) => office.id('account.account', [own, ...domain]);
  return {
    expense: await account(['type.expense', '=', true]),
    revenue: await account(['type.revenue', '=', true]),
    stock: await account(['type.stock', '=', true], ['type.statement', '=', 'balance']),
    change: await account(['type.stock', '=', true], ['type.statement', '=', 'income']),
  };
}

/** Locations for blocked stock and for scrap, kilograms by the gram, and one work centre. */
async function openPlant(office: Office, company: number): Promise<void> {
  const warehouse = await office.id('stock.location', [['code', '=', 'WH']]);
  await office.create('stock.location', [
    { name: 'Quarantine', code: 'QUAR', type: 'storage', parent: warehouse },
    { name: 'Scrap', code: 'SCRAP', type: 'lost_found' },
  ]);
  const kilogram = await office.id('product.uom', [['symbol', '=', 'kg']]);
  await office.write('product.uom', [kilogram], { digits: 3, rounding: 0.001 });
  const category = await office.one('production.work.center.category', { name: 'Machines' });
  await office.one('production.work.center', {
    ...{ name: 'Machines', category, cost_method: 'hour', company, warehouse },
    cost_price: decimalOf(`${hourRate}`),
  });
}
