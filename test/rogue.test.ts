// Goal: whoever has one site's credentials, and a leaf that obeys nobody, cannot say, hear or
// administer anything of another site's, nor of the plant's.
// Method: a real hub with the accounts that a plant has, a real central, and two leaves that speak
// the protocol byte by byte. Each attempt is made twice: by its owner, for whom it must work, and
// by the rogue. The subjects are those of cli/permissions.ts, so that new ones are tried too.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { atHub } from '../cli/accounts.ts';
import { edgePermissions } from '../cli/permissions.ts';
import {
  beatSubject,
  deskSubject,
  eventStream,
  eventSubject,
  keptSubject,
  refillSubject,
} from '../shared/subject.ts';
import { waitFor } from './helpers/plantnet.ts';
import { answerTo, beatOf, openPlant, type Plant, type Site } from './helpers/rogue.ts';

const lines = ['acme/paris/turning/M01', 'acme/paris/turning/M02'];
const allowed = edgePermissions(lines);
const isAnswer = (subject: string) => /^_(?:INBOX_|R_)/.test(subject);
const said = allowed.publish.allow.filter((subject) => !isAnswer(subject));
const heard = allowed.subscribe.allow.filter((subject) => !isAnswer(subject));

let plant: Plant;
let rogue: Site;
let owner: Site;
let tries = 0;
beforeAll(async () => {
  plant = await openPlant();
  rogue = plant.sites.lyon;
  owner = plant.sites.paris;
});
afterAll(() => plant.close());

const text = () => `try-${++tries}`;
const sawAtPlant = (subject: string, body: string) =>
  plant.seen.some((one) => one.subject === subject && one.text === body);

describe('says', () => {
  test('there is something to try', () => {
    expect([...said, ...heard].length).toBeGreaterThan(10);
    expect(owner.lines).toEqual(lines);
  });

  test.each(said)('%s: its owner may, the rogue may not', async (subject) => {
    for (const [site, reaches] of [
      [owner, true],
      [rogue, false],
    ] as const) {
      const body = text();
      site.leaf.publish(subject, body);
      await plant.settled(site);
      expect(sawAtPlant(atHub(subject), body)).toBe(reaches);
    }
  });

  test('of all that the hub would carry for it, nothing is of another site', () => {
    expect(owner.leaf.interests().filter((subject) => subject.includes('paris'))).not.toEqual([]);
    expect(rogue.leaf.interests().filter((subject) => subject.includes('paris'))).toEqual([]);
    expect(rogue.leaf.interests().filter((subject) => /^(?:>|hf\.>)$/.test(subject))).toEqual([]);
  });
});

describe('hears', () => {
  test.each(heard)('%s: its owner does, the rogue does not', async (subject) => {
    const body = text();
    for (const { leaf } of [owner, rogue]) leaf.listen(subject);
    await plant.settled(owner);
    await plant.settled(rogue);
    plant.plant.publish(subject, body);
    await plant.told(owner);
    await plant.told(rogue);
    const has = ({ leaf }: Site) => leaf.heard().some((one) => one.text === body);
    expect([has(owner), has(rogue)]).toEqual([true, false]);
  });

  const wild = [
    ...['>', 'hf.>', '*.*.*.*.*.*', 'hf.kept.>', 'hf.*.acme.paris.>', '$JS.>', '$SYS.>', '_R_.>'],
    ...['_INBOX_central.>', '_INBOX_desk.>', `_INBOX_acme_paris_turning_M01.>`, '$SRV.>'],
  ];
  test('nothing of another, by any wildcard', async () => {
    for (const subject of wild) rogue.leaf.listen(subject);
    await plant.settled(rogue);
    const body = text();
    const about = [
      ...[...heard, ...said].map(atHub),
      ...['hf.desk.health', '_INBOX_central.1.2', '_INBOX_desk.1.2', `${owner.inbox}.1.2`],
    ];
    for (const subject of about) plant.plant.publish(subject, body);
    owner.leaf.publish(beatSubject(owner.line), beatOf(owner.line), `${owner.inbox}.beat.1`);
    await waitFor(
      () => owner.leaf.heard().some(({ subject }) => subject === `${owner.inbox}.beat.1`),
      30_000,
      'the answer to its owner',
    );
    await plant.told(owner);
    await plant.told(rogue);
    expect(owner.leaf.heard().filter((one) => one.text === body)).not.toEqual([]);
    expect(rogue.leaf.heard().filter((one) => one.text === body)).toEqual([]);
    const others = rogue.leaf.heard().filter(({ subject }) => subject.includes('paris'));
    expect(others).toEqual([]);
  });

  test('no question that another asks, also not in a group with central', async () => {
    for (const subject of said) {
      rogue.leaf.listen(subject);
      rogue.leaf.listen(subject, 'q');
    }
    rogue.leaf.listen('hf.desk.health', 'q');
    await plant.settled(rogue);
    for (const subject of said) owner.leaf.publish(subject, text());
    const reply = `${owner.inbox}.asked.1`;
    owner.leaf.publish(beatSubject(owner.line), beatOf(owner.line), reply);
    await waitFor(
      () => owner.leaf.heard().some(({ subject }) => subject === reply),
      30_000,
      "central's answer",
    );
    expect(await answerTo(plant.plant, 'hf.desk.health', '')).toContain('{');
    await plant.told(rogue);
    const stolen = rogue.leaf.heard().filter(({ subject }) => /paris|desk/.test(subject));
    expect(stolen).toEqual([]);
  });
});

describe('answers', () => {
  test("what central asks of a line is its owner's to answer", async () => {
    owner.leaf.listen(refillSubject(owner.line));
    await plant.settled(owner);
    for (const [site, answered, timeout] of [
      [rogue, 'none: timeout', 1_000],
      [owner, 'mine', 30_000], // that long only where the machine stands still
    ] as const) {
      const before = owner.leaf.heard().length;
      const asking = plant.plant.request(refillSubject(owner.line), '{}', { timeout }).then(
        ({ string }) => string,
        () => 'none: timeout',
      );
      const asked = () =>
        owner.leaf
          .heard()
          .slice(before)
          .find(({ subject }) => subject === refillSubject(owner.line));
      await waitFor(() => asked() !== undefined, 30_000, "central's question");
      site.leaf.publish(asked()!.reply, 'mine');
      const answer = await asking;
      expect(typeof answer === 'function' ? 'mine' : answer).toBe(answered);
    }
  });

  const targets = (): string[] => [
    ...[eventSubject, keptSubject, refillSubject].map((of) => of(owner.line)),
    ...[`${owner.inbox}.x.y`, '_INBOX_central.x.y', '_INBOX_desk.x.y', deskSubject('give-up')],
    ...[`$JS.API.STREAM.PURGE.${eventStream}`, `$JS.API.STREAM.DELETE.${eventStream}`],
    ...[`$JS.hub.API.STREAM.PURGE.${eventStream}`, '$SYS.REQ.SERVER.PING'],
  ];
  const own = edgePermissions(['acme/lyon/turning/M01']).publish.allow.filter(
    (one) => !isAnswer(one),
  );

  test.each(own)(
    'the answer to %s goes to who has asked, and under no other subject',
    async (one) => {
      await plant.settled(rogue);
      const count = await plant.plantCount();
      const reply = `${rogue.inbox}.own.${++tries}`;
      const isAsked = /^hf\.(?:beat|evt)\.|DIRECT/.test(one); // others may stay silent
      const body = one.startsWith('hf.beat.') ? beatOf(rogue.line) : '';
      rogue.leaf.publish(one, body, reply);
      const came = () => rogue.leaf.heard().some(({ subject }) => subject === reply);
      if (isAsked) await waitFor(came, 30_000, 'the answer');
      await plant.settled(rogue);
      const stored = one.startsWith('hf.evt.') ? 1 : 0;
      expect(await plant.plantCount()).toBe(count + stored);

      const from = plant.seen.length;
      for (const target of targets()) rogue.leaf.publish(one, body, target);
      await plant.settled(rogue);
      await plant.told(rogue);
      await plant.told(owner);
      const misled = plant.seen.slice(from).filter(({ subject }) => targets().includes(subject));
      expect(misled.filter(({ subject }) => subject !== keptSubject(owner.line))).toEqual([]);
      expect(await plant.plantCount()).toBe(count + stored * (1 + targets().length));
      expect(owner.leaf.heard().filter(({ subject }) => subject.endsWith('.x.y'))).toEqual([]);
    },
  );
});
