// Goal: whatever quality sends, by NATS, HTTP or as a file, central answers, with the field and its
// limit where it is wrong; nothing crashes, and nothing is done by half.
// Method: fast-check on all three entrances: fields of the right names with odd values, and bytes.
import type { Msg } from '@nats-io/nats-core';
import pino from 'pino';
import { expect, test } from 'vitest';
import { operationsOf } from '../central/desk/operations.ts';
import { openServices } from '../central/desk/services.ts';
import { openTaking } from '../central/drop/taking.ts';
import { systemClock } from '../shared/clock.ts';
import { wayOf } from '../shared/endpoints.ts';
import { stated } from './helpers/central.ts';
import fc from './helpers/check.ts';
import { m01 } from './helpers/shop.ts';
import { openPlant } from './helpers/wardbox.ts';

const numRuns = 150;
const operations = [
  ...(['hold', 'release', 'dispose', 'approve-hold', 'reject-hold', 'rework'] as const),
  ...(['inspection', 'holds', 'held', 'sent'] as const),
];
const names = [
  ...['lot', 'serial', 'order', 'operation', 'hold', 'by', 'reason', 'line', 'quantity', 'unit'],
  ...['disposition', 'rework', 'inspection', 'result', 'characteristics', 'signature', 'dryRun'],
  ...['limit', 'below', 'state', 'material', 'useAsIs', 'scrap', 'return', '__proto__'],
  'constructor',
];
const odd = fc.oneof(
  fc.constantFrom<unknown>('L-7', 'WO-1', '0010', 'C-1', 'H-1', m01, 'person:17', 'system:lims'),
  fc.constantFrom<unknown>('', ' ', '\u0000', '\ud800', "'; DROP TABLE hold; --", '../../x', null),
  fc.constantFrom<unknown>(
    -1,
    0,
    1e300,
    0.1,
    '1',
    '1e9',
    '-0',
    'NaN',
    true,
    [],
    {},
    'x'.repeat(300),
  ),
  fc.string(),
  fc.jsonValue({ maxDepth: 3 }),
);
const fields = fc
  .array(fc.tuple(fc.constantFrom(...names), odd), { maxLength: 9 })
  .map((all) => Object.fromEntries(all.filter(([name]) => name !== '__proto__')));
/** Nearly right: what is asked is all there, and one field is another. */
const nearly = fc.tuple(fc.constantFrom(...names), odd).map(([name, value]) => ({
  ...{ lot: 'L-7', by: 'person:17', reason: 'x' },
  [name]: value,
}));
const body = fc.oneof(fields, nearly);
const text = fc.oneof(
  body.map((one) => JSON.stringify(one)),
  fc.string(),
  fc.json(),
);

const refusal = /^.+?: ./s;
const codes = ['INVALID', 'UNKNOWN', 'REFUSED', 'CONFLICT', 'FULL'];
function checkRefusal({ code, message }: { code: string; message: string }): void {
  expect(codes).toContain(code);
  expect(message).toMatch(refusal);
}
function plant() {
  const all = openPlant();
  all.hear(m01, stated.release(), stated.consume('L-7', '5'), stated.keep('H-1', '2'));
  return all;
}

test('by NATS every request is answered', async () => {
  const { board } = plant();
  const heard = new Map<string, (error: null, message: Msg) => void>();
  const errors: unknown[] = [];
  openServices({
    ...{ board, bootId: 'boot', clock: systemClock },
    connection: {
      subscribe: (subject: string, { callback }: { callback: never }) => {
        heard.set(subject, callback);
        return { unsubscribe: () => undefined };
      },
    } as never,
    log: Object.assign(pino({ level: 'silent' }), { error: (what: unknown) => errors.push(what) }),
  });
  const ask = (name: string, data: string) =>
    new Promise<{ code: string | undefined; text: string }>((resolve) => {
      heard.get(`hf.desk.${name}`)!(null, {
        ...{ subject: `hf.desk.${name}`, data: Buffer.from(data) },
        respond: (bytes: string | Uint8Array, said?: { headers: Headers }) => {
          const code = said?.headers.get('Nats-Service-Error-Code') ?? undefined;
          resolve({ code, text: Buffer.from(bytes as string).toString() });
          return true;
        },
      } as unknown as Msg);
    });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...operations), text, async (name, data) => {
      const answer = await ask(name, data);
      const told = JSON.parse(answer.text.startsWith('{') ? answer.text : '{}');
      if (answer.code !== undefined) checkRefusal(told);
    }),
    { numRuns },
  );
  expect(errors).toEqual([]);
});

test('by HTTP every request is answered', async () => {
  const { app } = plant();
  const some = fc.string().map((one) => `H${one}`); // no ".", which is another address
  const one = fc.tuple(fc.constantFrom(...operations), body, text, some);
  await fc.assert(
    fc.asyncProperty(one, async ([name, given, raw, id]) => {
      const { method, path } = wayOf(name);
      const url = path.replace(/:\w+/, encodeURIComponent(id.toWellFormed() || 'C-1'));
      const payload = raw.length % 2 === 0 ? JSON.stringify(given) : raw;
      const headers = { 'content-type': 'application/json' };
      const reply = await app.inject({
        ...{ method, url },
        ...(method === 'POST' ? { payload, headers } : {}),
      });
      expect([reply.statusCode, reply.body.slice(0, 200)]).toEqual([
        expect.toSatisfy((code: number) => code < 500),
        expect.any(String),
      ]);
      const told = reply.json();
      if (reply.statusCode !== 200) checkRefusal(told);
    }),
    { numRuns },
  );
});

test('a file is told of row by row, whatever stands in it', () => {
  const { board, wards, db } = plant();
  const openOn = (lot: string) => wards.openOn('lot', lot);
  const take = openTaking({ db, operations: operationsOf(board), openOn, nowMs: () => 1_000 });
  const row = body.map((one) => ({ operation: 'hold', ...one }));
  const csv = fc.array(fc.array(fc.oneof(fc.constantFrom(...names, 'hold'), fc.string())));
  const lot = fc.tuple(fc.constantFrom('Valid', 'Quarantined', 'x'), fc.string());
  const word = fc.oneof(fc.constantFrom('pass', 'fail', 'I-1', m01, '', '&#0;'), fc.string());
  const tags = ['ID', 'EquipmentID', 'EvaluatedCriterionResult', 'TestableObjectID', 'ValueString'];
  const around = ['HierarchyScope', 'PropertyMeasurement', 'Value', 'TestResult', 'MaterialLot'];
  const leaf = fc.tuple(fc.constantFrom(...tags, 'UnitOfMeasure'), word);
  const part = fc.oneof(
    leaf.map(([tag, text]) => `<${tag}>${text}</${tag}>`),
    fc
      .tuple(fc.constantFrom(...around), leaf)
      .map(([out, [tag, text]]) => `<${out}><${tag}>${text}</${tag}></${out}>`),
  );
  const right = `<ID>I-1</ID><HierarchyScope><EquipmentID>${m01}</EquipmentID></HierarchyScope>`;
  const tested = fc
    .tuple(fc.array(part), fc.constantFrom('', right))
    .map(([parts, first]) => `<M><TestResult>${first}${parts.join('')}</TestResult></M>`);
  const content = fc.oneof(
    fc.tuple(
      fc.constant('a.json'),
      fc.array(row, { maxLength: 4 }).map((all) => JSON.stringify(all)),
    ),
    fc.tuple(fc.constant('a.json'), text),
    fc.tuple(
      fc.constant('a.csv'),
      fc.oneof(
        fc.string(),
        csv.map((all) => all.join('\n')),
      ),
    ),
    fc.tuple(fc.constant('a.xml'), fc.string()),
    fc.tuple(
      fc.constant('a.xml'),
      lot.map(([status, name]) => {
        const said = `<ID>${name}</ID><Status>${status}</Status>`;
        return `<M><MaterialLot>${said}</MaterialLot></M>`;
      }),
    ),
    fc.tuple(fc.constant('a.xml'), tested),
    fc.tuple(fc.string(), fc.string()),
  );
  fc.assert(
    fc.property(content, ([name, said]) => {
      const result = take(name, Buffer.from(said));
      for (const refused of result.refused) checkRefusal(refused);
      if (result.unreadable !== undefined) expect(result.unreadable).toMatch(refusal);
      else expect(result.accepted.length + result.refused.length).toBeGreaterThan(0);
    }),
    { numRuns: 2 * numRuns },
  );
  expect(db.prepare('PRAGMA integrity_check').pluck().get()).toBe('ok');
});
