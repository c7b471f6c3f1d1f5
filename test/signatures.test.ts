// Goal: whoever verifies a file learns of each signature that is not of what was signed.
// Method: signatures that are right, of other bytes, and of nothing, in a store and in its ledger.
import { expect, test } from 'vitest';
import { verifyLedger } from '../central/ledger/verification.ts';
import { verifyStore } from '../edge/verification.ts';
import { readCommand } from '../shared/command.ts';
import type { BodyOf, Content } from '../shared/event.ts';
import { openSignatures } from '../shared/signatures.ts';
import { openFindings } from '../shared/verification.ts';
import { openBox } from './helpers/box.ts';
import { ledgerOf } from './helpers/disk.ts';
import { testFolder } from './helpers/folder.ts';
import { m01, m02, shop } from './helpers/shop.ts';

const signing = {
  ...{ person: 'person:17', name: 'Ada', meaning: 'seen', components: 2 as const },
  credentialUntilMs: 1_800_000_000_000,
};

/** A store with a signed fact, then what `more` states; both files, as they are verified. */
function signed(more: (body: BodyOf<'PersonSigned'>) => [string, BodyOf<'PersonSigned'>][]) {
  const box = openBox(`${testFolder()}/edge.sqlite`);
  box.decide(shop.release());
  box.store.commit(() => {
    const { line, ...command } = readCommand(shop.hold('H1', 'line'));
    box.roster.actor(line).decide({ line, ...command }, signing);
  });
  const { body } = box.recent.list().at(-1)!;
  box.store.commit(() => {
    for (const [line, one] of more(body as BodyOf<'PersonSigned'>)) {
      box.roster.actor(line).observe('PersonSigned', one, one.person);
    }
  });
  const ledger = ledgerOf(box);
  box.db.close();
  return [verifyStore(box.db.name), verifyLedger(ledger)];
}
const nothing = '01890a5d-ac96-774b-bcce-b302099a8057';

const cases: [
  string,
  (body: BodyOf<'PersonSigned'>) => [string, BodyOf<'PersonSigned'>][],
  string[],
][] = [
  ['the signature beside its fact', () => [], []],
  [
    'one more, further on and on another line',
    (body) => [
      [m01, body],
      [m02, body],
    ],
    [],
  ],
  [
    'one of other bytes',
    (body) => [[m01, { ...body, hash: 'ab'.repeat(32) }]],
    [`what it signs, fact FACT, is not what was signed`],
  ],
  [
    'one of no fact at all',
    (body) => [[m02, { ...body, fact: nothing }]],
    [`what it signs, fact ${nothing}, is not there`],
  ],
  [
    'one of no id',
    (body) => [[m01, { ...body, fact: 'x' }]],
    ['what it signs, fact x, is not there'],
  ],
];
test('one whose fact the edge has forgotten', () => {
  const findings = openFindings();
  const { read, end } = openSignatures(findings);
  const body = { ...signing, fact: nothing, hash: 'ab'.repeat(32) };
  const row = { position: 9, path: m01, epoch: 1, sequence: 9, bytes: Buffer.of(1) };
  read({ type: 'PersonSigned', body, eventId: 'e-1' } as unknown as Content, {
    ...{ ...row, hash: Buffer.of(1) },
  });
  end(
    () => new Map(),
    ({ sequence }) => sequence === 9,
  );
  expect(findings.told().found).toBe(0);
});

test.each(cases)('%s', (_what, more, reasons) => {
  let fact = '';
  const reports = signed((body) => {
    fact = body.fact;
    return more(body);
  });
  for (const { findings } of reports) {
    expect(findings.map(({ what, reason }) => `${what}: ${reason}`)).toEqual(
      reasons.map((reason) => `signature: ${reason.replace('FACT', fact)}`),
    );
  }
});
