// Goal: no button lies: what a screen says is allowed is accepted, and what it says is forbidden is
// refused by the rule that it names.
// Method: random stories in which whoever is at the screen presses any button that it shows, lit or
// not; the edge's real answer is compared with what the button said.
import { expect, test } from 'vitest';
import { templateNames, templates } from '../statecharts/policy.ts';
import { openBox } from './helpers/box.ts';
import { random, seeds } from './helpers/random.ts';
import { openScreen, viewer } from './helpers/screen.ts';
import { command, m01, shop } from './helpers/shop.ts';

type Action = Record<'order' | 'operation' | 'run' | 'hold' | 'inspection', string | undefined> & {
  action: Parameters<typeof command>[0];
  allowed: boolean;
  rule: string | null;
};
type View = {
  actions: Action[];
  lanes: number;
  runs: { run: string; phase: string; lane: number; rework: boolean; unit: string }[];
  holds: {
    hold: string;
    remaining: string;
    unit?: string;
    proposal: { disposition: string; quantity: string } | null;
  }[];
};

let named = 0;
const fresh = (): string => `N${++named}`;

/** The body that the button of this action sends. */
function bodyOf({ action, run, hold, inspection, operation }: Action, view: View): object {
  const open = view.runs.find((one) => one.run === run);
  const held = view.holds.find((one) => one.hold === hold);
  const taken = view.runs.map(({ lane }) => lane);
  const free = Array.from({ length: view.lanes }, (_, at) => at + 1).find(
    (at) => !taken.includes(at),
  );
  const { remaining: quantity, unit, proposal } = held ?? { remaining: '1', proposal: null };
  const signature = 'done';
  const decision = { hold, disposition: 'useAsIs', quantity, unit, ...proposal };
  const { disposition } = decision;
  const decided = { hold, disposition, quantity: decision.quantity, unit: unit ?? 'EA', signature };
  const scope = operation === undefined ? 'line' : 'operation';
  const bodies: Partial<Record<Action['action'], object>> = {
    ReportQuantity: {
      ...{ run, phase: open?.phase, good: '1', scrap: '0', rework: '0', held: '0' },
      ...{ unit: open?.unit, inRework: open?.rework },
    },
    ...{ EndPhase: { run }, StaffRun: { run, people: ['person:1'] } },
    StartPhase: { run: fresh(), phase: 'run', lane: free ?? 1, rework: false },
    PauseOperation: { reason: 'x' },
    ConsumeMaterial: { material: 'STEEL', quantity: '1', unit: 'KG' },
    ProduceLot: { material: 'BOLT', quantity: '1', unit: 'EA' },
    PlaceHold: { hold: fresh(), scope, reason: 'x' },
    RequestInspection: { inspection: fresh() },
    AuthoriseRework: { rework: fresh(), quantity: '1', unit: 'EA', reason: 'x' },
    RecordInspection: { inspection, result: 'passed', signature },
    CancelInspection: { inspection, reason: 'x' },
    StartShift: { people: [] },
    ChangeEquipmentState: { state: 'stopped', reason: 'x' },
    StartHoldReview: { hold },
    ...{ ProposeDisposition: decided, DispositionHold: decided },
    WithdrawDisposition: { hold, reason: 'x' },
    RejectDisposition: { hold, reason: 'x' },
    ApproveDisposition: { hold, signature },
    ReleaseHold: { hold, reason: 'x', signature },
    CancelHold: { hold, reason: 'x', signature },
  };
  return bodies[action] ?? {};
}

test.each(seeds(6))('what a button says is what the edge answers (SEED=%i)', (seed) => {
  const { below, chance } = random(seed);
  const template = templateNames[below(templateNames.length)]!;
  const box = openBox(':memory:', [{ line: m01, lanes: 2, policy: templates[template] }]);
  const screen = openScreen(box);
  const routing = { operations: ['0010', '0020'].map((operation) => ({ operation, name: 'x' })) };
  for (const order of ['WO-1', 'WO-2', 'WO-3']) box.decide(shop.release(routing, order));
  const pressed = new Map<string, number>();
  for (let steps = 0; steps < 120; steps++) {
    const actor = `person:${below(3)}`;
    screen.changed.ring();
    const view = screen.read(viewer(actor)) as View;
    const lit = view.actions.filter(({ allowed, action }) => allowed && action !== 'CloseOrder');
    const among = chance(0.5) && lit.length > 0 ? lit : view.actions;
    const button = among[below(among.length)]!;
    const { action, order, operation, allowed, rule } = button;
    const lot = ['ConsumeMaterial', 'ProduceLot'].includes(action) ? { lot: fresh() } : {};
    const scoped = button.hold ? {} : { order, operation };
    const about = { actor, ...scoped, ...lot, atMs: undefined };
    if (chance(0.05) && order) box.decide({ ...shop.hold(fresh(), 'order', { order }) });
    else {
      const asked = JSON.stringify(command(action, about, bodyOf(button, view)));
      const answer = box.decide(JSON.parse(asked));
      expect([action, answer.status, 'rule' in answer ? answer.rule : null]).toEqual([
        action,
        ...(allowed ? ['accepted', null] : ['refused', rule]),
      ]);
      pressed.set(answer.status, (pressed.get(answer.status) ?? 0) + 1);
    }
  }
  expect([...pressed.keys()].sort()).toEqual(['accepted', 'refused']);
});
