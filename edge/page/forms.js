// What each action asks of the person, and the command that it becomes.
import { readAmount } from './fields.js';
import { number } from './format.js';
import { holdForm } from './holdform.js';
import { shortId } from './intents.js';
import { isStopped } from './now.js';
import { offerOf, offerText } from './offers.js';
import { picksOf } from './reasons.js';
import { joined, named, say } from './say.js';
import { session } from './session.js';

const amount = (name, unit, must = false) => ({
  kind: 'amount',
  name,
  label: say(`counts.${name}`),
  unit,
  must,
});
const quantity = (unit, must = true) => ({
  ...amount('quantity', unit, must),
  label: say('field.quantity'),
});
const reason = (view, group, must = true) => ({
  ...{ kind: 'text', name: 'reason', label: say('field.reason'), must },
  picks: picksOf(view, group),
});
const word = (name, more = {}) => ({
  kind: 'text',
  name,
  label: say(`field.${name}`),
  must: true,
  ...more,
});
const choice = (name, options) => ({
  kind: 'choice',
  name,
  label: say(`field.${name}`),
  options,
  must: true,
});

/** The open run that a wish is about, or else the first one of its operation. */
const runOf = ({ runs }, { run, order, operation }) =>
  runs.find((one) => one.run === run) ??
  runs.find((one) => run === undefined && one.order === order && one.operation === operation);
const isSome = (value) => value !== undefined && value !== '0';

/** The first lane that no run is in. */
function freeLane({ lanes, runs }) {
  const taken = new Set(runs.map(({ lane }) => lane));
  return Array.from({ length: lanes }, (_, at) => at + 1).find((lane) => !taken.has(lane)) ?? 1;
}
const laneOptions = ({ lanes, runs }) =>
  Array.from({ length: Math.min(lanes, 20) }, (_, at) => {
    const taken = runs.find(({ lane }) => lane === at + 1);
    return [
      `${at + 1}`,
      say('now.lane', { lane: number(at + 1) }),
      taken ? say('form.laneTaken') : null,
    ];
  });
const phaseOptions = () =>
  ['setup', 'run', 'breakdown'].map((phase) => [phase, named('phases', phase)]);

/** What central offers is asked for as it is, and names the offer as its cause. */
const offerForm = {
  fields: () => [],
  closing: () => say('offer.later'),
  note: (view, about) => offerText(view, offerOf(view, about)),
  /** Another one stands for it, or somebody took it: what is on the sheet is not asked any more. */
  barred: (view, about) => (offerOf(view, about) ? null : say('offer.over')),
  told: (_, about, view) => [offerText(view, offerOf(view, about), true)],
  about: (_, { offer }) => ({ causationId: offer }),
  body: (_, about, view) => offerOf(view, about)?.body ?? {},
};

/** Of a form: what it begins with, its fields by the view of the line, and the command's body. */
export const forms = {
  StartOperation: { fields: () => [], body: () => ({}) },
  ResumeOperation: { fields: () => [], body: () => ({}) },
  CompleteOperation: { fields: () => [], body: () => ({}) },
  CompleteOrder: { fields: () => [], body: () => ({}) },
  CloseOrder: { fields: () => [], body: () => ({}) },
  ChangeOrder: offerForm,
  CancelOrder: offerForm,
  StartPhase: {
    begin: (view) => ({ run: shortId('R'), phase: 'run', lane: `${freeLane(view)}`, rework: 'no' }),
    fields: (view) => [
      choice('phase', phaseOptions()),
      ...(view.lanes > 1 ? [choice('lane', laneOptions(view))] : []),
      choice('rework', [
        ['no', say('form.firstTime')],
        ['yes', say('form.isRework')],
      ]),
    ],
    body: ({ run, phase, lane, rework }) => ({
      run,
      phase,
      lane: Number(lane),
      rework: rework === 'yes',
    }),
  },
  EndPhase: { fields: () => [], body: (_, { run }) => ({ run }) },
  StaffRun: {
    fields: () => [],
    body: (_, about, view) => ({
      run: about.run,
      people: [...new Set([...(runOf(view, about)?.people ?? []), session.person.id])],
    }),
  },
  ReportQuantity: {
    first: 'good',
    fields: (view, about, typed) => {
      const unit = runOf(view, about)?.unit ?? '';
      const counts = ['good', 'scrap', 'rework'].map((name) => amount(name, unit));
      const isBad = ['scrap', 'rework'].some((name) => isSome(readAmount(typed[name]).value));
      return [...counts, ...(isBad ? [reason(view, 'badReasons')] : [])];
    },
    body: (given, about, view) => {
      const { phase, unit, rework } = runOf(view, about) ?? {};
      const { good, scrap, rework: again, reason: why } = given;
      const body = { run: about.run, phase, good, scrap, rework: again, held: '0', unit };
      return { ...body, inRework: rework, ...(why ? { reason: why } : {}) };
    },
    check: ({ good, scrap, rework }) =>
      [good, scrap, rework].some(isSome) ? null : { good: say('form.nothingCounted') },
    told: ({ good, scrap, rework }, about, view) =>
      Object.entries({ good, scrap, rework })
        .filter(([, value]) => isSome(value))
        .map(
          ([name, value]) =>
            `${number(value)} ${runOf(view, about)?.unit ?? ''} ${say(`counts.${name}`)}`,
        ),
  },
  PauseOperation: {
    fields: (view) => [reason(view, 'stopReasons')],
    body: ({ reason: why }) => ({ reason: why }),
  },
  ChangeEquipmentState: {
    fields: (view) => [reason(view, isStopped(view.state) ? 'goReasons' : 'stopReasons')],
    body: ({ reason: why }, _, { state }) => ({
      state: isStopped(state) ? 'execute' : 'stopped',
      reason: why,
    }),
    title: ({ state }) => say(isStopped(state) ? 'acts.runLine' : 'acts.stopLine'),
  },
  StartShift: {
    fields: () => [word('shift', { picks: picksOf({}, 'shifts') })],
    about: ({ shift }) => ({ shift }),
    body: () => ({ people: [session.person.id] }),
  },
  ConsumeMaterial: {
    scan: 'lot',
    first: 'quantity',
    fields: () => [word('lot', { scan: true }), word('material'), quantity(''), word('unit')],
    about: ({ lot }) => ({ lot }),
    body: ({ material, quantity: much, unit }) => ({ material, quantity: much, unit }),
    told: ({ lot, quantity: much, unit }) => [say('about.lot', { lot }), `${number(much)} ${unit}`],
  },
  ProduceLot: {
    scan: 'lot',
    first: 'quantity',
    begin: (view, about) => {
      const { material = '', unit = '' } = runOf(view, about) ?? {};
      return { material, unit };
    },
    fields: (view, about) => [
      word('lot', { scan: true }),
      quantity(runOf(view, about)?.unit ?? ''),
    ],
    about: ({ lot }) => ({ lot }),
    body: ({ quantity: much }, about, view) => {
      const { material, unit } = runOf(view, about) ?? {};
      return { material, quantity: much, unit };
    },
    told: ({ lot, quantity: much }) => [say('about.lot', { lot }), number(much)],
  },
  PlaceHold: holdForm({ choice, quantity, reason, word }),
  RecordInspection: {
    fields: () => [
      choice(
        'result',
        ['passed', 'failed'].map((one) => [one, named('results', one)]),
      ),
    ],
    body: ({ result }, { inspection }) => ({ inspection, result }),
    told: ({ result }, { inspection }) => [inspection, named('results', result)],
  },
};

/** What stands in a form when it is opened. */
export const beginningOf = (type, view, about) => forms[type].begin?.(view, about) ?? {};

/** What was typed → { values } or { wrong: { field → why } }. */
function readForm(fields, typed) {
  const values = {};
  const wrong = {};
  for (const { kind, name, must } of fields) {
    if (kind === 'amount') {
      const { value, why } = readAmount(typed[name], must);
      if (why) wrong[name] = why;
      else values[name] = value;
    } else {
      const value = `${typed[name] ?? ''}`.trim();
      if (value === '' && must) wrong[name] = say('field.needed');
      else if (value !== '') values[name] = value;
    }
  }
  return { values, wrong };
}

/** The command of a form, and in words what it asks; or { wrong } by field. */
export function commandOf(type, { view, about, typed }) {
  const form = forms[type];
  const { values, wrong } = readForm(form.fields(view, about, typed), typed);
  const bad = Object.keys(wrong).length > 0 ? wrong : form.check?.(values);
  if (bad) return { wrong: bad };
  const all = { ...typed, ...values };
  const { order, operation } = about;
  const envelope = {
    ...(order && { order }),
    ...(operation && { operation }),
    ...form.about?.(all, about),
  };
  const command = { type, line: view.line, ...envelope, body: form.body(all, about, view) };
  const work = order && say(operation ? 'about.work' : 'about.order', { order, operation });
  const title = form.title?.(view) ?? say(`acts.${type}`);
  return { command, told: joined([title, work, ...(form.told?.(values, about, view) ?? [])]) };
}
