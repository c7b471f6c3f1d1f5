// Goal: a signature says who, when and what it means, is bound to what was signed, and is made by
// nobody else, also at one screen and without a network.
import { expect, test } from 'vitest';
import { decodeContent, digest } from '../shared/codec.ts';
import { openReplica } from '../shared/replica.ts';
import { accepted, pins, startManned, token } from './helpers/people.ts';
import { command, m01, shop } from './helpers/shop.ts';

const mine = ({ actor: _, ...rest }: ReturnType<typeof command>) => rest;
const ada = { name: 'Ada Lovelace', pin: pins.ada };
const regulated = { lines: [{ line: m01, lanes: 2, template: 'regulated' }] };
const about = { hold: 'H1', disposition: 'scrap', quantity: '2', unit: 'EA' };
const propose = () => mine(command('ProposeDisposition', {}, about));
const approve = () => mine(command('ApproveDisposition', {}, { hold: 'H1' }));

/** A hold of WO-1 that Dan placed is under review; Cem is signed in. */
async function underReview() {
  const plant = await startManned(regulated);
  const program = plant.screen({ authorization: `Bearer ${token}` });
  const as = (actor: string, one: object) => ({ ...one, actor });
  accepted(
    await program.ask([
      as('system:mes', shop.release()),
      as('system:mes', shop.start()),
      as(
        'machine:eye',
        command(
          'PlaceHold',
          { order: 'WO-1', operation: '0010' },
          { hold: 'H1', scope: 'quantity', quantity: '2', unit: 'EA', reason: 'seal' },
        ),
      ),
    ]),
  );
  const screen = plant.screen();
  await screen.signIn({ name: 'Cem', pin: pins.cem });
  accepted(await screen.ask([mine(command('StartHoldReview', {}, { hold: 'H1' }))]));
  return { plant, screen };
}

test('what must be signed is refused without; nobody writes a signature themselves', async () => {
  const { screen } = await underReview();
  const bare = await screen.ask([propose()]);
  expect(bare.body.answers).toMatchObject([{ status: 'refused', rule: 'signed' }]);
  const forged = { ...propose(), body: { ...about, signature: 'proposed' } };
  expect((await screen.ask([forged])).body.answers).toMatchObject([
    {
      ...{ status: 'refused', code: 'INVALID' },
      reason: expect.stringContaining('command.body.signature: is written by the edge'),
    },
  ]);
});

test('the first signature of a session takes name and PIN, the next ones the PIN', async () => {
  const { plant, screen } = await underReview();
  const meaning = 'proposed';
  expect(await screen.ask([propose()], { pin: pins.cem, meaning })).toMatchObject({
    ...{ status: 400, body: { code: 'INVALID' } },
    body: { message: expect.stringContaining('signature.name: or badge must be given') },
  });
  const [first] = accepted(await screen.ask([propose()], { name: 'cem', pin: pins.cem, meaning }));
  expect(first).toMatchObject({
    facts: [{ type: 'DispositionProposed' }, { type: 'PersonSigned' }],
  });
  expect((await screen.session()).body.person).toMatchObject({ canSignByPin: true });
  const reject = mine(command('WithdrawDisposition', {}, { hold: 'H1', reason: 'wrong' }));
  accepted(await screen.ask([reject], { pin: pins.cem, meaning: 'withdrawn' }));
  const signed = (await plant.facts()).filter(({ type }) => type === 'PersonSigned');
  expect(signed).toMatchObject([
    { actor: 'person:19', body: { name: 'Cem', meaning, components: 2 } },
    { actor: 'person:19', body: { name: 'Cem', meaning: 'withdrawn', components: 1 } },
  ]);
  await screen.signOut();
  await screen.signIn({ name: 'Cem', pin: pins.cem });
  const again = await screen.ask([propose()], { pin: pins.cem, meaning });
  expect(again.status).toBe(400);
});

test('a second person signs at the same screen: the act is theirs alone', async () => {
  const { plant, screen } = await underReview();
  accepted(await screen.ask([propose()], { name: 'Cem', pin: pins.cem, meaning: 'proposed' }));
  const own = await screen.ask([approve()], { pin: pins.cem, meaning: 'approved' });
  expect(own.body.answers).toMatchObject([{ status: 'refused', rule: 'otherThanProposer' }]);
  const dan = { name: 'Dan', pin: pins.dan, meaning: 'approved' };
  accepted(await screen.ask([approve()], dan));
  expect((await screen.session()).body.person?.id).toBe('person:19');
  expect((await plant.facts()).slice(-2)).toMatchObject([
    { type: 'DispositionApproved', actor: 'person:20', body: { signature: 'approved' } },
    { type: 'PersonSigned', actor: 'person:20', body: { name: 'Dan', components: 2 } },
  ]);
  const bea = { name: 'Beatrice', pin: pins.bea, meaning: 'approved' };
  const outside = await screen.ask([approve()], bea);
  expect(outside.body.answers).toMatchObject([{ status: 'refused', rule: 'role' }]);
});

test('a signature is bound to the bytes of the fact before it, and stated once', async () => {
  const { plant, screen } = await underReview();
  const asked = propose();
  const signature = { name: 'Cem', pin: pins.cem, meaning: 'proposed' };
  const first = await screen.ask([asked], signature);
  expect((await screen.ask([asked], signature)).body).toEqual(first.body);
  const other = await screen.ask([asked], { ...signature, meaning: 'seen' });
  expect(other.body.answers).toMatchObject([{ status: 'refused', code: 'CONFLICT' }]);
  await plant.stop();
  const db = openReplica(plant.config.storePath);
  const rows = db.prepare<[], Buffer>('SELECT bytes FROM event ORDER BY position').pluck().all();
  db.close();
  const contents = rows.map((bytes) => ({ bytes, fact: decodeContent(bytes) }));
  const signatures = contents.filter(({ fact }) => fact.type === 'PersonSigned');
  expect(signatures).toHaveLength(1);
  const at = contents.indexOf(signatures[0]!);
  const { bytes, fact } = contents[at - 1]!;
  expect(fact).toMatchObject({ type: 'DispositionProposed', body: { signature: 'proposed' } });
  expect(signatures[0]!.fact).toMatchObject({
    ...{ causationId: fact.eventId, correlationId: fact.correlationId },
    body: { fact: fact.eventId, hash: digest(bytes).toString('hex') },
  });
});

test('a fact that has no place for a meaning is signed beside it', async () => {
  const plant = await startManned();
  const screen = plant.screen();
  await screen.signIn(ada);
  const hold = mine(shop.hold('H1', 'line'));
  const [answer] = accepted(await screen.ask([hold], { ...ada, meaning: 'seen by me' }));
  expect(answer).toMatchObject({ facts: [{ type: 'HoldPlaced' }, { type: 'PersonSigned' }] });
  expect((await screen.ask([hold])).body.answers).toMatchObject([{ code: 'CONFLICT' }]);
  const other = await screen.ask([hold], { ...ada, meaning: 'not seen' });
  expect(other.body.answers).toMatchObject([{ code: 'CONFLICT' }]);
});

test('the signature of a second person opens nothing to whoever is signed in', async () => {
  const plant = await startManned();
  const screen = plant.screen();
  await screen.signIn(ada);
  const dan = { name: 'Dan', pin: pins.dan, meaning: 'seen' };
  accepted(await screen.ask([mine(shop.hold('H1', 'line'))], dan));
  expect((await screen.session()).body.person).toMatchObject({ canSignByPin: false });
  const short = { pin: pins.ada, meaning: 'seen' };
  expect((await screen.ask([mine(shop.hold('H2', 'line'))], short)).status).toBe(400);
});

const wrong: [string, object, number, string][] = [
  ['a wrong PIN', { name: 'Cem', pin: '000000', meaning: 'x' }, 401, 'name, badge or PIN'],
  ['somebody unknown', { name: 'Eve', pin: '000000', meaning: 'x' }, 401, 'name, badge or PIN'],
  ['no meaning', { name: 'Cem', pin: pins.cem }, 400, 'signature.meaning: must be a text'],
  ['an empty one', { name: 'Cem', pin: pins.cem, meaning: '' }, 400, 'signature.meaning: must'],
  ['no PIN', { name: 'Cem', meaning: 'x' }, 400, 'signature.pin: must be a text of 1 to 64'],
  ['name and badge', { name: 'C', badge: 'b', pin: '1', meaning: 'x' }, 400, 'and not both'],
  ['more than it takes', { pin: '1', meaning: 'x', by: 'y' }, 400, 'signature.by: unknown'],
];
test.each(wrong)(
  'a signature with %s stores nothing',
  async (_what, signature, status, message) => {
    const { plant, screen } = await underReview();
    const before = await plant.facts();
    const reply = await screen.ask([propose()], signature);
    expect([reply.status, reply.body.message]).toEqual([status, expect.stringContaining(message)]);
    expect(await plant.facts()).toEqual(before);
  },
);

test('credentials that were not renewed sign nothing, and work goes on', async () => {
  const ended = Date.now() - 1_000;
  const plant = await startManned({}, (file) => ({
    ...file,
    people: file.people.map((one) => ({ ...one, credentialUntilMs: ended })),
  }));
  const screen = plant.screen();
  const { body } = await screen.signIn(ada);
  expect(body.person?.credentialUntilMs).toBe(ended);
  const hold = mine(shop.hold('H1', 'line'));
  const signed = await screen.ask([hold], { ...ada, meaning: 'seen' });
  expect(signed).toMatchObject({ status: 401, body: { rule: 'expired', untilMs: ended } });
  expect(signed.body.message).toContain('Ada Lovelace cannot sign: the credentials on this box');
  accepted(await screen.ask([hold]));
});

test('a program signs nothing', async () => {
  const plant = await startManned();
  const program = plant.screen({ authorization: `Bearer ${token}` });
  const one = { ...shop.hold('H1', 'line'), actor: 'system:mes' };
  expect(await program.ask([one], { ...ada, meaning: 'x' })).toMatchObject({ status: 400 });
  const own = { ...shop.free('H1'), actor: 'system:mes' };
  const forged = { ...own, body: { ...own.body, signature: 'x' } };
  expect((await program.ask([forged])).body.answers).toMatchObject([{ code: 'INVALID' }]);
});
