import type { Alter } from './altered.ts';
import { busy } from './busy.ts';
import { withCodes, withOffer } from './offered.ts';
import type { Shift } from './shift.ts';
import { quantityHold, shop } from './shop.ts';
import type { Station, Who } from './station.ts';

const hourMs = 3_600_000;

const header =
  (change: object): Alter =>
  (view) => {
    busy(view);
    if (view.header) Object.assign(view.header, change);
  };

const also =
  (more: Alter): Alter =>
  (view) => {
    busy(view);
    more(view);
  };
const changed = also(withOffer());
const plantCodes = also(withCodes);

/** A machine with something of everything that waits for a person. */
export const machineOf = (line: string, nowMs: number) => ({
  ...{ line, link: 'live', sinceMs: nowMs, detail: null, writes: { on: true } },
  units: [
    {
      ...{ unit: 'press', unbound: [], state: 'execute', levels: [], owed: [] },
      counters: [{ counter: 'good', shows: '100', counted: '40', notBelieved: '981234' }],
      proposes: { complete: { order: 'WO-1', operation: '0010' } },
      alarms: [{ text: 'door open' }],
    },
  ],
  unattributed: [
    { id: 3, line, unit: 'press', pieces: '12', kind: 'good', why: 'noRun' },
    {
      ...{ id: 4, line, unit: 'press', pieces: '12.5', kind: 'consumed', why: 'lotUnknown' },
      ...{ material: 'STEEL', measure: 'KG', lot: '' },
    },
  ],
  jobs: [
    {
      ...{ line, unit: 'press', job: 'WO-1/0010', order: 'WO-1', operation: '0010' },
      ...{ state: 'Running', action: null, holds: [] },
    },
  ],
});

/** A screen or a state: what the edge tells, and what a person does to see it. */
export type Show = Readonly<{
  name: string;
  tell?: Alter;
  signedIn?: boolean; // unless false
  who?: Who; // signs in, unless Ada does
  path?: string; // another page than that of the line
  go?: (at: Station, shift: Shift) => Promise<void>;
}>;

const opened = (at: Station) => at.sheet.locator('.sheet-body > *').first().waitFor();
const openForm = (text: string | RegExp) => async (at: Station) => {
  await at.tap(text);
  await opened(at);
};

/** Work, a hold, used and made lots: something of everything. */
export async function furnish(shift: Shift): Promise<void> {
  await shift.ask(
    shop.report('R1', { good: '41.5', scrap: '2', reason: 'surface' }),
    shop.consume('L-4711'),
    shop.produce('LOT-1'),
    shop.report('R1', { good: '12', rework: '1' }),
    quantityHold('H-7K2M9QXA', '5'),
  );
}

export const shows: readonly Show[] = [
  { name: 'overview', path: '/' },
  {
    name: 'connecting',
    tell: () => false,
    signedIn: false,
    go: (at) => at.says('#header', 'connecting', 'waiting for the edge to speak'),
  },
  { name: 'line', tell: busy },
  { name: 'nobody', tell: busy, signedIn: false },
  {
    name: 'sign-in',
    tell: busy,
    signedIn: false,
    go: openForm('Sign in'),
  },
  {
    name: 'report',
    tell: busy,
    go: async (at) => {
      await at.tap(/Report pieces/);
      await at.count('good', '12.5');
      await at.count('scrap', '2');
      await at.choose('surface');
    },
  },
  { name: 'pause', tell: busy, go: openForm('Pause') },
  { name: 'consume', tell: busy, go: openForm('Use material') },
  {
    name: 'place-hold',
    tell: busy,
    go: async (at) => {
      await at.tap('Place hold');
      await at.choose('some pieces');
    },
  },
  {
    name: 'decision',
    tell: busy,
    go: async (at) => {
      await at.tap('Decide');
      await at.choose('scrap');
      await at.says('.preview', 'become scrap');
      await at.choose('another person');
    },
  },
  {
    name: 'fact',
    tell: busy,
    go: async (at) => {
      await at.page.locator('[data-do=openFact]').first().tap();
      await at.says('#sheet', 'correlation id');
    },
  },
  {
    name: 'genealogy',
    tell: busy,
    go: async (at) => {
      await at.scan('LOT-1');
      await at.says('#sheet', 'Made from');
    },
  },
  {
    name: 'machines',
    tell: (view) => {
      busy(view);
      view.machine = machineOf(view.line, view.nowMs);
    },
    go: async (at) => {
      await at.says('#matters', 'not believed');
      await at.page.locator('#matters').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'pieces',
    tell: (view) => {
      busy(view);
      view.machine = machineOf(view.line, view.nowMs);
    },
    go: openForm('Whose are they?'),
  },
  {
    ...{ name: 'offer', who: 'bea', tell: changed },
    go: async (at) => {
      await at.says('#matters', 'Order WO-1 is to be changed');
      await at.page.locator('#matters-part').scrollIntoViewIfNeeded();
    },
  },
  { name: 'offer-taken', who: 'bea', tell: changed, go: openForm('Take the change') },
  {
    name: 'plant-reasons',
    tell: plantCodes,
    go: async (at) => {
      await at.tap(/Report pieces/);
      await at.count('scrap', '2');
      await at.choose('S-104');
    },
  },
  {
    name: 'offline',
    tell: (view) =>
      header({
        ...{ way: 'down', sinceMs: view.nowMs - 5 * hourMs, unsent: 1_284 },
        oldestUnsentMs: view.nowMs - 5 * hourMs,
      })(view),
    go: (at) => at.says('#header', 'offline'),
  },
  {
    name: 'test-plant',
    tell: header({
      environment: 'test',
      way: 'draining',
      drain: { perSecond: 120, etaMs: 11_000 },
    }),
    go: (at) => at.says('#header', 'draining', 'test plant'),
  },
  {
    name: 'draining',
    tell: header({ way: 'draining', unsent: 1_284, drain: { perSecond: 120, etaMs: 11_000 } }),
    go: (at) => at.says('#header', '120 facts a second'),
  },
  {
    name: 'degraded',
    tell: header({ way: 'degraded' }),
    go: (at) => at.says('#header', 'central late'),
  },
  {
    name: 'failed',
    tell: header({ way: 'failed', wayDetail: 'M01 stopped at epoch 1, sequence 7' }),
    go: (at) => at.says('#header', 'failed'),
  },
  {
    name: 'read-only',
    tell: (view) => {
      header({ room: { level: 'full', daysLeft: 0 }, readOnly: 'disk: is full (level full)' })(
        view,
      );
      for (const row of view.actions ?? []) {
        if (['PlaceHold', 'PauseOperation', 'EndPhase'].includes(row.action)) continue;
        Object.assign(row, { allowed: false, rule: 'disk', reason: 'disk: is full' });
      }
    },
    go: (at) => at.says('#notices', 'Read-only'),
  },
  {
    name: 'clock',
    tell: header({ clock: { state: 'suspect', says: 'clock was set back by 2 h' } }),
    go: (at) => at.says('#notices', 'cannot be trusted'),
  },
  {
    name: 'epoch',
    tell: (view) => header({ epoch: { epoch: 2, beganMs: view.nowMs, reason: 'behind' } })(view),
    go: (at) => at.says('#notices', 'epoch 2'),
  },
  {
    name: 'no-word',
    tell: busy,
    go: async (at, shift) => {
      await shift.stop();
      await at.says('#lost', 'No word from the edge');
    },
  },
];
