// Goal: nothing of a test plant reaches production, nor the other way round: not the ledger, not
// the hub, not the ERP, and no edge that is in the wrong place.
// Method: each guard by itself, with a real ledger; the hub's stream by a manager in memory.
import type { JetStreamManager } from '@nats-io/jetstream';
import { expect, onTestFinished, test } from 'vitest';
import { readCentralConfig } from '../central/config.ts';
import {
  checkErp,
  claimHub,
  claimLedger,
  fencedErp,
  metadataOf,
  strangerHere,
} from '../central/environment.ts';
import type { Posting } from '../central/erp/erp.ts';
import { migrations } from '../central/memory.ts';
import type { Switch } from '../central/posting/modes.ts';
import { openHistory } from '../edge/uplink/history.ts';
import { decodeEnrol } from '../shared/enrol.ts';
import { bare } from './helpers/bare.ts';
import { openMedium } from './helpers/medium.ts';
import { m01 } from './helpers/shop.ts';

test('a ledger is marked at its first start, and refused to any other environment', () => {
  const db = openMedium(':memory:', migrations);
  onTestFinished(() => void db.close());
  claimLedger(db, 'production', 5);
  claimLedger(db, 'production', 9);
  expect(db.prepare('SELECT name, since_ms FROM environment').all()).toEqual([
    { name: 'production', since_ms: 5 },
  ]);
  expect(() => claimLedger(db, 'test', 9)).toThrow(
    /^config\.environment: is test, and the ledger .* is of production since 1970-01-01T00:00:00/,
  );
  expect(() => db.exec("UPDATE environment SET name = 'test'")).toThrow(/stays in its environment/);
  expect(() => db.exec('DELETE FROM environment')).toThrow(/stays in its environment/);
});

/** The hub's stream, as far as its metadata go. */
function hubWith(metadata: Record<string, string>) {
  const config = { metadata };
  const streams = {
    info: async () => ({ config }),
    update: async (_: string, change: { metadata: Record<string, string> }) => {
      Object.assign(config, change);
    },
  };
  return { config, manager: { streams } as unknown as JetStreamManager };
}

test('a hub is marked by its stream, and what stands there otherwise stays', async () => {
  const { config, manager } = hubWith({ '_nats.ver': '2.14', 'io.nats.monitor.x': '1' });
  await claimHub(manager, 'test');
  await claimHub(manager, 'test');
  expect(config.metadata).toEqual({ 'io.nats.monitor.x': '1', 'holdfast.environment': 'test' });
  expect(metadataOf(config)).toEqual(config.metadata);
  await expect(claimHub(manager, 'production')).rejects.toThrow(
    'config.natsUrl: this central is production, and the hub there is of test (stream HF_EVT)',
  );
});

const off = { mode: 'off' } as const;
const shadow = { mode: 'shadow' } as const;
const given = (rules: readonly Switch[]) =>
  ({ environment: 'test', erpEnvironment: 'production', rules }) as const;
const fine: [string, readonly Switch[]][] = [
  ['all shadows', [shadow]],
  ['all off', [off]],
  ['live once, and a shadow since', [{ mode: 'live' }, shadow]],
];
test.each(fine)('an ERP of another environment may be compared with: %s', (_, rules) => {
  expect(checkErp(given(rules))).toBe(undefined);
});
const refused: [string, readonly Switch[], RegExp][] = [
  ['nothing said', [], /MaterialConsumed is live: every rule must be shadow or off$/],
  ['one rule', [shadow, { rule: 'PhaseEnded', mode: 'live' }], /PhaseEnded is live: every/],
  ['one site', [off, { site: 'acme/lyon', mode: 'live' }], /is live at acme\/lyon: every/],
];
test.each(refused)('nothing is posted live into an ERP of another: %s', (_, rules, words) => {
  expect(() => checkErp(given(rules))).toThrow(/^config\.erpEnvironment: is production, this cent/);
  expect(() => checkErp(given(rules))).toThrow(words);
  expect(checkErp({ ...given(rules), environment: 'production' })).toBe(undefined);
  const erp = { kind: 'sap', url: 'http://e', plant: '1', storageLocation: '1' };
  const hub = { natsUrl: 'nats://h:1', hubMonitorUrl: 'http://h:1', storePath: '/x' };
  const other = { environment: 'production', erpEnvironment: 'test', rules };
  expect(() => readCentralConfig({ ...hub, erp, ...other })).toThrow(
    /^config\.erpEnvironment: is t/,
  );
});

test('what an order has called for before goes into no ERP of another either', async () => {
  const asked: string[] = [];
  const erp = {
    ...bare.erp,
    post: async () => ({ kind: 'posted', document: `${asked.push('post')}` }) as const,
    lookup: async () => [`${asked.push('lookup')}`],
  };
  const posting = {} as Posting;
  const fenced = fencedErp(erp, given([off]));
  expect(await fenced.post(posting)).toMatchObject({ kind: 'refused', code: 'environment' });
  expect(await fenced.lookup(posting)).toEqual(['1']);
  expect(asked).toEqual(['lookup']);
  expect(fencedErp(erp, { ...given([]), environment: 'production' })).toBe(erp);
});

test('an edge says what it is, and is told that the hub is elsewhere', async () => {
  const said: object[] = [];
  const hash = '00'.repeat(32);
  const answer = { answer: 'elsewhere', epoch: 1, sequence: 0, hash, reason: 'no' };
  const central = async (_: string, question: string | Uint8Array) => {
    said.push(decodeEnrol(Buffer.from(question)));
    return Buffer.from(JSON.stringify(answer));
  };
  const store = 'aaaaaaaa-0000-4000-8000-000000000000';
  const ask = { want: 'enter', store, epoch: 1, sequence: 0, hash, stream: 0 } as const;
  expect(await openHistory(central).enrol(m01, ask)).toEqual(answer);
  await openHistory(central, 'test').enrol(m01, ask);
  expect(said).toEqual([ask, { ...ask, environment: 'test' }]);
  expect(strangerHere('test', 'test')).toBe(undefined);
  expect(strangerHere('production', 'test')).toBe(
    "this hub is of production, and the edge's config says test",
  );
});
