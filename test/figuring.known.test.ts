// Goal: what is not known of figures is not made up, a bad question or config is refused in words,
// and a spreadsheet gets what it can read, and runs nothing of it.
// Method: small histories, asked over HTTP.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openFiguring } from '../central/figuring/figuring.ts';
import { noFigureConfig } from '../central/figuring/plant.ts';
import { csvCell } from '../shared/csv.ts';
import type { Content } from '../shared/event.ts';
import { type FigureName, figureNames, whys } from '../shared/figures.ts';
import { figuresCsv, figuresText } from '../shared/figurestext.ts';
import { stated } from './helpers/central.ts';
import { content } from './helpers/facts.ts';
import { at, lyon, openFigures, read, site } from './helpers/figures.ts';
import { m01 } from './helpers/shop.ts';

const execute = promisify(execFile);
const { release, report, end } = stated;
const op = { order: 'WO-1', operation: '0010' };
let made = 0;
const phase = (run: string, about: Partial<Content>): Content =>
  content(
    `known ${++made}`,
    'PhaseStarted',
    { run, phase: 'run', lane: 1, rework: false },
    { ...op, ...about },
  );
const released = { ...release(), ...at(0) };
const plan = { sites: [lyon] };

describe('what is not known', () => {
  test('is null with its reason, and never nothing', async () => {
    const { hear, of, ask } = openFigures();
    expect(await ask()).toMatchObject({ from: null, rows: [], facts: 0, next: null });
    hear(m01, released, phase('R1', at(0)), report('5', { scrap: '1' }, at(1)), end('R1', at(2)));
    const names = ['availability', 'performance', 'quality', 'oee', 'scrapCost', 'copq'] as const;
    expect(await of(names)).toEqual([
      [m01, 'noCalendar', 'noIdeal', '83.3', 'noCalendar', 'noPrice', 'noPrice'],
    ]);
    expect(await of(['reworkCost', 'reinspectionCost', 'appraisalCost'])).toEqual([
      [m01, '0.00', '0.00', '0.00'], // nothing was reworked or inspected: that costs nothing
    ]);
    const ofOrder = ['timeVariance', 'materialVariance', 'processRatio'] as const;
    expect(await of(ofOrder, '?by=order')).toEqual([['WO-1', 'noRouting', 'noBill', '100.0']]);
    expect(await of(['holdP50', 'postedP90'])).toEqual([[m01, 'nothingDecided', 'nothingPosted']]);
  });

  test('what a piece cost is the price of the whole, where a part has none', async () => {
    const { hear, ask } = openFigures({
      ...{ ...plan, currency: 'EUR', prices: [{ material: 'BOLT', perUnit: '9' }] },
      rates: [{ at: m01, machinePerHour: '60', labourPerHour: '30' }],
      routings: [{ material: 'BOLT', operation: '0010', minutesPerUnit: '1' }],
      bills: [{ material: 'BOLT', component: 'STEEL', unit: 'EA', perUnit: '2' }],
    });
    hear(m01, released, report('5', { scrap: '2' }, at(1)));
    expect((await ask()).rows[0]!.figures.scrapCost).toMatchObject({
      ...{ value: '18.00', basis: { by: 'standardPrice' } },
    });
  });

  test('pieces of two units have no sum, nor has an order all its time in one day', async () => {
    const { hear, of } = openFigures(plan);
    const kilos = { ...report('5', { unit: 'KG' }, at(30)), order: 'WO-2' } as Content;
    hear(m01, released, phase('R1', at(1)), report('5', {}, at(2)), kilos, end('R1', at(30)));
    const days = 'from=2026-11-30&to=2026-12-01';
    expect(await of(['quality', 'yield'], `?${days}`)).toEqual([[m01, 'units', 'units']]);
    expect(await of(['throughput'], `?by=order&order=WO-1&${days}`)).toEqual([['WO-1', '0.172']]);
    expect(await of(['throughput'], '?by=order&order=WO-1&from=2026-12-01')).toEqual([
      ['WO-1', 'partly'],
    ]);
  });

  test('nothing is planned outside of shifts and on days off', async () => {
    const sites = [{ ...lyon, workdays: ['mon'], holidays: [] }];
    const { hear, of } = openFigures({ sites });
    hear(m01, phase('R1', at(-1)), end('R1', at(25)));
    const planned = async (query: string) => of(['availability'], `?by=shift&${query}`);
    expect(await planned('from=2026-11-29&to=2026-12-01')).toEqual([
      [`${site} 2026-11-29`, 'noShift'],
      [`${site} 2026-11-30`, 'noShift'],
      [`${site} 2026-11-30 early`, '100.0'],
      [`${site} 2026-11-30 late`, '100.0'],
      [`${site} 2026-12-01 early`, 'dayOff'],
    ]);
    expect((await of(['availability'], '?from=2026-11-30'))[0]).toEqual([m01, '100.0']);
  });
});

describe('questions', () => {
  const world = () => {
    const opened = openFigures(plan);
    opened.hear(m01, released, report('5', {}, at(1)));
    return opened;
  };
  test.each([
    ['by=hour', 'figures.by: must be one of line, shift, product, order'],
    ['from=2026-02-30', 'figures.from: must be a day, e.g. 2026-11-30'],
    ['from=2026-12-02&to=2026-12-01', 'from: 2026-12-02 is after 2026-12-01'],
    ['from=2020-01-01&to=2026-12-01', 'from: at most 800 days can be asked for at once'],
    ['site=lyon', 'figures.site: must be enterprise/site'],
    ['limit=501', 'figures.limit: must be a whole number from 1 to 500'],
    ['after=nothing', 'after: nothing is not among what is listed'],
    ['colour=red', 'figures.colour: unknown'],
  ])('%s is refused', async (query, words) => {
    const reply = await world().app.inject(`/v1/figures?${query}`);
    expect([reply.statusCode >= 400, reply.json().message]).toEqual([
      ...[true, expect.stringContaining(words)],
    ]);
  });

  test('for more than one answer can be made of are refused', async () => {
    const { db, dossier } = world();
    const parts = { db, dossier, config: read(plan), skewMaxMs: 1e15 };
    const told = openFiguring({ ...parts, most: 2 }).told({ by: 'line', limit: 1 });
    await expect(told).rejects.toThrow('figures: more than 2 sums: ask for fewer days');
    expect((await openFiguring(parts).told({ by: 'line', limit: 1 })).rows).toHaveLength(1);
  });

  test('pages follow one another, none twice and none left out', async () => {
    const opened = world();
    const { hear, ask } = opened;
    hear(
      m01,
      ...['WO-2', 'WO-3'].map((order) => ({ ...report('1', {}, at(2)), order }) as Content),
    );
    const first = await ask('?by=order&limit=2');
    expect([first.rows.map(({ key }) => key), first.next]).toEqual([['WO-1', 'WO-2'], 'WO-2']);
    const second = await ask(`?by=order&limit=2&after=${first.next}`);
    expect([second.rows.map(({ key }) => key), second.next]).toEqual([['WO-3'], null]);
    const headers = { accept: 'text/csv' };
    const csv = await opened.app.inject({ url: '/v1/figures?by=order&limit=2', headers });
    expect(csv.headers['x-holdfast-next']).toBe('WO-2');
  });

  test.each([
    [{ currency: 'euro' }, 'figures.currency: must be three capital letters'],
    [{ prices: [{ material: 'A', perUnit: '1' }] }, 'figures.currency: must be given'],
    [{ sites: [lyon, lyon] }, 'figures.sites: acme/lyon stands there twice'],
    [{ ideals: [{ line: m01, perHour: '0' }] }, 'figures.ideals[0].perHour: must be more than 0'],
    [{ keepDays: 0 }, 'figures.keepDays: must be a whole number from 1 to 3650'],
  ])('a config like %j is refused', (given, words) => {
    expect(() => read(given)).toThrow(words);
  });
});

describe('for a spreadsheet', () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['+49', "'+49"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-2+3', "'-2+3"],
    ['\t=1', "'\t'=1"],
    ['-2.5', '-2.5'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
    [null, ''],
  ])('%j becomes %j', (given, wanted) => {
    expect(csvCell(given)).toBe(wanted);
  });

  test('CSV has a line a group, a column a figure, and why what is not known', async () => {
    const { hear, app } = openFigures(plan);
    hear(m01, { ...report('5', {}, at(1)), order: '=cmd|A1' } as Content);
    const headers = { accept: 'text/csv' };
    const reply = await app.inject({ url: '/v1/figures?by=order', headers });
    expect(reply.headers['content-type']).toMatch(/^text\/csv; charset=utf-8/);
    expect(reply.headers['content-disposition']).toBe('attachment; filename="figures.csv"');
    const [head, line, last] = reply.body.split('\r\n');
    expect(last).toBe('');
    const columns = head!.split(',');
    expect(columns).toEqual(expect.arrayContaining(['key', 'oee %', 'copq money', 'holdP50 ms']));
    expect(line!.split(',').slice(0, 3)).toEqual(['2026-11-30', '2026-11-30', "'=cmd|A1"]);
    expect(line).toContain('availability: ofLines; ');
    expect(line!.split(',')).toHaveLength(columns.length);
  });

  test('the command tells the same, as a table, as CSV, or why not', async () => {
    const { hear, app } = openFigures(plan);
    hear(m01, released, report('5', {}, at(1)));
    const central = await app.listen({ host: '127.0.0.1', port: 0 });
    const type = (...args: string[]) =>
      execute(process.execPath, ['cli/holdfast.ts', 'figures', '--central', central, ...args]);
    const csv = await app.inject({ url: '/v1/figures?by=order', headers: { accept: 'text/csv' } });
    expect((await type('--by', 'order', '--csv')).stdout).toBe(csv.body);
    expect((await type()).stdout).toMatch(/^figures by line, 2026-11-30 to 2026-11-30\n/);
    await expect(type('--by', 'hour')).rejects.toMatchObject({
      ...{ code: 1, stderr: expect.stringContaining('by: must be one of line, shift') },
    });
  });

  test('the page about figures names each of them, and all that they are made with', () => {
    const page = readFileSync('docs/figures.md', 'utf8');
    const named = [...figureNames, ...Object.keys(noFigureConfig)];
    expect(
      named.filter((name) => !page.includes(`\`${name}\``) && !page.includes(`"${name}"`)),
    ).toEqual([]);
  });

  test('a person reads a table, with the reasons of what is not known below', async () => {
    const { hear, ask } = openFigures();
    hear(m01, report('5', {}, at(1)));
    const text = figuresText(await ask());
    expect(text).toMatch(/^figures by line, 2026-11-30 to 2026-11-30\nline +good +total/);
    expect(text).toContain(`– availability, oee: ${whys.noCalendar}`);
    expect(figuresCsv(await ask()).split('\r\n')).toHaveLength(3);
    const names: FigureName[] = figureNames;
    expect(Object.keys((await ask()).rows[0]!.figures)).toEqual(names);
  });
});
