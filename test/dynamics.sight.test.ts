// Goal: nothing is sent a second time because it was not found by a look-up that cannot find.
// Method: the connector against a message processor on this machine, with and without a key field.
import { afterEach, expect, test } from 'vitest';
import type { Posting } from '../central/erp/erp.ts';
import { bench, closeAll, dynamicsAt, toSend } from './helpers/d365.ts';
import { issue, key } from './helpers/sap.ts';

afterEach(closeAll);

const one: Posting = { ...issue, key: key('one'), quantity: '0.1' };
const queued = (ticket: string) => ({
  ...{ kind: 'queued', ticket, reason: 'in the queue of Dynamics 365' },
});

/** A filter by key that finds nothing, ever. */
const messages = { keyFilter: "Content has '{key}'" };
const unproven = {
  kind: 'undecided',
  reason: expect.stringMatching(/^messages.keyFilter has found no message yet/),
};

test('E2: a filter that has never found anything proves nothing by finding nothing', async () => {
  const { erp, befall, counts } = await bench({ messages });
  befall(toSend({ kind: 'lost' }));
  expect(await erp.post(issue)).toMatchObject({ kind: 'unknown' });
  befall();
  expect(await erp.lookup(issue)).toEqual(unproven);
  expect(counts.sent).toBe(1);
  expect(await erp.lookup({ ...issue, ticket: '1' })).toEqual(queued('1')); // by its number
  expect(await erp.lookup({ ...one, ticket: '7' })).toEqual(unproven);
});

test('E2: where no message can be seen it is not believed that there is none', async () => {
  const { erp } = await bench({}, { isNew: true });
  expect(await erp.lookup(issue)).toEqual(unproven);
  await erp.post(issue);
  expect(await erp.lookup(issue)).toEqual(queued('1'));
  expect(await erp.lookup(one)).toEqual([]); // now it has been seen to find
});

test('one that finds an older message of ours is believed', async () => {
  const { erp, counts } = await bench();
  expect(await erp.lookup(one)).toEqual([]);
  expect(counts.asked).toBe(3);
  expect(await erp.lookup(one)).toEqual([]);
  expect(counts.asked).toBe(4);
});

test('among messages of others only, nobody can tell', async () => {
  const { erp, url, secret } = await bench({ keyField: 'TheirKey' }, { isNew: true });
  await erp.post(issue);
  const ours = dynamicsAt(url, {}, undefined, secret);
  expect(await ours.lookup(one)).toEqual(unproven);
});

test('E2: without a key field an unknown outcome is for a person, and not sent again', async () => {
  const { erp, befall } = await bench({ keyField: undefined });
  befall(toSend({ kind: 'lost' }));
  expect(await erp.post(issue)).toMatchObject({ kind: 'unknown' });
  befall();
  const found = await erp.lookup(issue);
  expect(found).toMatchObject({ kind: 'undecided' });
  expect((found as { reason: string }).reason).toMatch(/^no field carries our key: .*order 4711; /);
});

test('without a key field a message is followed by its number', async () => {
  const { erp, work, messages } = await bench({ keyField: undefined });
  for (const name of ['a', 'b']) await erp.post({ ...issue, key: key(name) });
  expect(messages[0]!.content).toBe(messages[1]!.content);
  expect(await erp.lookup({ ...issue, ticket: '2' })).toEqual(queued('2'));
  work(1);
  expect(await erp.lookup({ ...issue, ticket: '1' })).toEqual(['1']);
  expect(await erp.lookup({ ...issue, ticket: '2' })).toEqual(queued('2'));
  expect(await erp.lookup({ ...issue, ticket: '3' })).toEqual([]);
  expect(await erp.lookup({ ...issue, ticket: "' or 1 eq 1" })).toEqual([]);
});
