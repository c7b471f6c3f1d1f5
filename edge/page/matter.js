// What a person says about a machine: whose pieces are, where a counter goes on, jobs, the switch.
import { barrier } from './barred.js';
import { el, onTap } from './dom.js';
import { choiceField, textField, useFields } from './fields.js';
import { live } from './live.js';
import { refusal, say } from './say.js';
import { readCode } from './scan.js';
import { call, session } from './session.js';
import { closeSheet, drawSheet, openSheet, refusedBox, sendRow } from './sheet.js';

const jobActions = [
  'Store',
  'Start',
  'RevokeStart',
  'Pause',
  'Resume',
  'Clear',
  'Prepare',
  'Empty',
];

let open = null; // { arg, values, why, busy }

function openMatter(arg) {
  open = { arg, values: { run: '', reason: '', action: '', lot: '' }, why: null, busy: false };
  useFields(open.values, change);
  openSheet({
    title: () => say(`machine.${arg.kind}Title`),
    closing: () => say('sheet.cancel'),
    body: drawMatter,
    scan: (code) => void scanned(code),
    closed: () => {
      open = null;
    },
  });
}

function change(fields) {
  if (!open) return;
  Object.assign(open.values, fields);
  open.why = null;
  drawSheet();
}

/** A label says which lot it was. */
async function scanned(code) {
  const read = await readCode(code);
  if (open?.arg.needsLot) change({ lot: read?.lot ?? read?.serial ?? code });
}

const fieldsOf = {
  pieces: () => {
    const runs = live.word.runs.map(({ run, order, operation }) => [
      run,
      say('about.work', { order, operation }),
    ]);
    return [
      choiceField({
        name: 'run',
        label: say('machine.whose'),
        options: [...runs, ['none', say('machine.nobodys')]],
      }),
      open.arg.needsLot &&
        open.values.run !== 'none' &&
        textField({ name: 'lot', label: say('field.lot'), hint: say('form.scan') }),
      open.values.run === 'none' &&
        textField({
          name: 'reason',
          label: say('field.reason'),
          picks: [say('pieceReasons.r1'), say('pieceReasons.r2')],
        }),
    ];
  },
  counter: () => [],
  job: () => [
    choiceField({
      name: 'action',
      label: say('machine.what'),
      options: jobActions.map((one) => [one, say(`jobs.${one}`)]),
    }),
  ],
  writes: () => [],
};

/** What is missing, in words; null if it can be sent. */
const missing = ({ kind, needsLot }, { run, reason, action, lot }) => {
  if (kind === 'pieces' && run === '') return say('machine.choose');
  if (kind === 'pieces' && run === 'none' && reason.trim() === '') return say('field.needed');
  if (kind === 'pieces' && needsLot && run !== 'none' && lot.trim() === '') return say('form.scan');
  return kind === 'job' && action === '' ? say('machine.choose') : null;
};

function drawMatter() {
  const { arg, values, why, busy } = open;
  const barred = busy ? say('sign.busy') : (barrier() ?? missing(arg, values));
  return [
    el('p.about', { 'data-key': 'about' }, arg.text),
    why && refusedBox(el('b.shaped', { 'data-tone': 'bad' }, why)),
    el('div.fields', { 'data-key': 'fields' }, ...fieldsOf[arg.kind]()),
    sendRow({
      act: 'sendMatter',
      text: say(`machine.${arg.kind}Send`),
      barred,
    }),
  ];
}

const requests = {
  pieces: ({ id, needsLot }, { run, reason, lot }) => [
    'pieces',
    run === 'none'
      ? { id, reason: reason.trim() }
      : { id, run, ...(needsLot && { lot: lot.trim() }) },
  ],
  counter: ({ line, unit, counter }) => ['counter', { line, unit, counter }],
  job: ({ line, unit, order, operation }, { action }) => [
    'jobs',
    { line, unit, order, operation, action },
  ],
  writes: ({ on }) => ['writes', { on }],
};

async function sendMatter() {
  const mine = open;
  if (!mine || mine.busy || !session.person) return;
  mine.busy = true;
  drawSheet();
  const [name, given] = requests[mine.arg.kind](mine.arg, mine.values);
  let why = null;
  try {
    const { status, body } = await call('POST', `/v1/machines/${name}`, {
      ...given,
      by: session.person.id,
    });
    if (status !== 200 || body?.status === 'refused') {
      why = refusal({ rule: body?.rule, reason: body?.reason ?? body?.message, code: body?.code });
    }
  } catch {
    why = say('sign.noAnswer');
  }
  if (open !== mine) return;
  mine.busy = false;
  mine.why = why;
  if (why === null) closeSheet();
  else drawSheet();
}

onTap({ openMatter, sendMatter: () => void sendMatter() });
