// Goal: why something is parked is told by a closed word, whatever its text, and all are counted.
// Method: the texts that central writes, as they are made; a ledger with parked arrivals.
import { expect, test } from 'vitest';
import { migrations } from '../central/memory.ts';
import {
  arrivalClass,
  arrivalClassNames,
  openParkedClasses,
  postingClass,
  postingClassNames,
} from '../central/posting/parkedclass.ts';
import { openDatabase } from '../shared/database.ts';

test.each([
  ['M7/021: Deficit of SL unrestricted-use 4 KG', 'refused'],
  ['UNFIT: lot: must be at most 10 characters', 'refused'],
  ['in the ERP as 4900000001/2026, but differently: quantity 1', 'differs'],
  ['still queued at the ERP, asked 1450 times: in the queue', 'queued'],
  ['the ERP took it and does not know it any more', 'queued'],
  ['unknown 20 times, last: no answer in 10000 ms', 'unknown'],
  ['found 2 documents: 4900000001, 4900000002', 'several'],
  ['lost by the ERP, says person:1, and person:2: its disk', 'lost'],
  ['its time is in doubt: 1970-01-01 00:00 UTC is 57 years before …', 'time'],
  ['the time of the run is not known: it never ended', 'time'],
  ['over tolerance: 500 of 100 + 10 %', 'tolerance'],
  ['what it takes back went further: goodsIssue 49', 'case'],
  ['reported after the order was closed', 'closed'],
  ['corrects what may be in a document already, after the order was closed', 'closed'],
  ['the start of this run is unknown', 'history'],
  ['message 17 was cancelled there: "retry" sends another one', 'message'],
  ['this was decided by a newer central', 'other'],
  ['', 'other'],
])('a posting because of %j is %s', (reason, name) => {
  expect(postingClass(reason)).toBe(name);
  expect(postingClassNames).toContain(name);
});

test.each([
  ['conflict: other content under this id', 'conflict'],
  ['fork: the chain does not lead here', 'fork'],
  ['unchained: this line keeps a chain', 'fork'],
  ['stale epoch: this line is in epoch 2', 'stale'],
  ['unknown epoch: this line is in epoch 2', 'epoch'],
  ['stray: stated by a store that no longer writes this line', 'stray'],
  ['gap: more than 10000 facts wait behind it', 'gap'],
  ['unreadable: version 9', 'unreadable'],
  ['security: claims to be a/b/c/d', 'security'],
  ['hold H1 was told ahead and lifted by person:1: no', 'hold'],
  ['segment: not msgpack', 'broken'],
  ['whatever', 'other'],
])('an arrival because of %j is %s', (reason, name) => {
  expect(arrivalClass(reason)).toBe(name);
  expect(arrivalClassNames).toContain(name);
});

test('each is counted once, and those beyond the most are said to be uncounted', () => {
  const db = openDatabase(':memory:', migrations);
  const park = db.prepare(
    `INSERT INTO parked (line, epoch, sequence, reason, at_ms, bytes)
     VALUES ('l', 1, ?, ?, 1, ?)`,
  );
  const [most, more] = [20, 7];
  db.transaction(() => {
    park.run(1, 'fork: of old', Buffer.of(1));
    for (let at = 2; at <= most + more; at++) park.run(at, `gap: ${at}`, Buffer.of(1));
  })();
  const classes = openParkedClasses(db, most);
  const told = classes.arrivals(most + more);
  expect([...told.keys()]).toEqual(arrivalClassNames);
  expect([told.get('gap'), told.get('fork'), told.get('uncounted')]).toEqual([most, 0, more]);
  expect([...told.values()].reduce((sum, one) => sum + one, 0)).toBe(most + more);
  expect([...classes.postings(0).values()].every((one) => one === 0)).toBe(true);
  expect(classes.postings(3).get('uncounted')).toBe(3); // none is there to be read
  db.close();
});
