// Goal: one site's credentials administer nothing: no stream, no server, no desk, also not by a
// header, a size or a claim. Method: as rogue.test.ts; what is refused to the rogue works for
// central's key, or the system's, and the rogue's own line goes on.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { endpoints } from '../shared/endpoints.ts';
import {
  askedSubject,
  deskSubject,
  eventStream,
  eventSubject,
  keptStream,
  keptSubject,
  liveSubject,
} from '../shared/subject.ts';
import { waitFor } from './helpers/plantnet.ts';
import { answerTo, openPlant, type Plant, type Site } from './helpers/rogue.ts';

let plant: Plant;
let rogue: Site;
let owner: Site;
let tries = 0;
const paris = 'acme/paris/turning/M01';
const secret = 'what paris has stated';
beforeAll(async () => {
  plant = await openPlant();
  rogue = plant.sites.lyon;
  owner = plant.sites.paris;
  owner.leaf.publish(eventSubject(owner.line), secret);
  await plant.settled(owner);
});
afterAll(() => plant.close());

/** What comes back to the rogue for this question, once all that could come has come. */
async function answered(subject: string, body: string, lines?: string): Promise<string[]> {
  const reply = `${rogue.inbox}.asks.${++tries}`;
  if (lines) rogue.leaf.publishWith(subject, lines, body, reply);
  else rogue.leaf.publish(subject, body, reply);
  await plant.settled(rogue);
  await plant.told(rogue);
  return rogue.leaf
    .heard()
    .filter((one) => one.subject === reply)
    .map(({ text }) => text);
}
const scratch = JSON.stringify({ name: 'SCRATCH', subjects: ['scratch'], storage: 'memory' });
const consumer = JSON.stringify({
  ...{
    stream_name: eventStream,
    config: { ack_policy: 'none', name: 'thief', durable_name: 'thief' },
  },
});
/** In an order in which they work for who may. */
const api: [string, string][] = [
  ['INFO', ''],
  ['STREAM.NAMES', ''],
  ['STREAM.CREATE.SCRATCH', scratch],
  ['STREAM.UPDATE.SCRATCH', scratch],
  [`STREAM.INFO.${eventStream}`, ''],
  [`STREAM.MSG.GET.${eventStream}`, `{"last_by_subj":"${eventSubject(paris)}"}`],
  [`CONSUMER.CREATE.${eventStream}.thief`, consumer],
  [`CONSUMER.INFO.${eventStream}.thief`, ''],
  [`CONSUMER.DELETE.${eventStream}.thief`, ''],
  [`DIRECT.GET.${eventStream}`, `{"last_by_subj":"${eventSubject(paris)}"}`],
  [`DIRECT.GET.${eventStream}.${eventSubject(paris)}`, ''],
  ['STREAM.MSG.DELETE.SCRATCH', '{"seq":1}'],
  ['STREAM.PURGE.SCRATCH', ''],
  ['STREAM.DELETE.SCRATCH', ''],
];

test.each(api)('$JS.API.%s works for central, and is nothing to the rogue', async (what, body) => {
  const from = plant.seen.length;
  for (const prefix of ['$JS.API', '$JS.hub.API']) {
    expect(await answered(`${prefix}.${what}`, body)).toEqual([]);
  }
  const came = plant.seen.slice(from).filter(({ subject }) => subject.includes(what));
  expect(came.filter(({ reply }) => !reply.startsWith('_INBOX_central.'))).toEqual([]);
  expect(await answerTo(plant.plant, `$JS.API.${what}`, body)).not.toMatch(/^none/);
  expect(await plant.plantCount()).toBeGreaterThan(0);
});

test.each([eventStream, keptStream])('no stream such as %s is purged or deleted', async (name) => {
  for (const what of ['PURGE', 'DELETE', 'SNAPSHOT', 'LEADER.STEPDOWN', 'PEER.REMOVE']) {
    expect(await answered(`$JS.hub.API.STREAM.${what}.${name}`, '')).toEqual([]);
  }
  expect(await answerTo(plant.plant, `$JS.API.STREAM.INFO.${name}`, '')).toContain('"state"');
});

test('a question for the last message of its own line tells of no other', async () => {
  const own = `$JS.hub.API.DIRECT.GET.${eventStream}.${eventSubject(rogue.line)}`;
  rogue.leaf.publish(eventSubject(rogue.line), 'what lyon has stated');
  await plant.settled(rogue);
  // The stream may still be writing it, and answers beside all else.
  const hasOwn = async () => {
    const answers = await answered(own, '');
    for (const one of answers) expect(['', 'what lyon has stated']).toContain(one);
    return answers.includes('what lyon has stated');
  };
  await waitFor(hasOwn, 30_000, 'the last message of its own line');
  const of = eventSubject(owner.line);
  const bodies = [
    ...[`{"last_by_subj":"${of}"}`, `{"seq":1}`, `{"multi_last":["hf.evt.>"]}`],
    ...[`{"next_by_subj":"${of}"}`, `{"seq":1,"next_by_subj":"hf.evt.>","batch":10}`],
  ];
  for (const body of bodies) expect(`${await answered(own, body)}`).not.toContain(secret);
  const central = await answerTo(plant.plant, `$JS.API.DIRECT.GET.${eventStream}.${of}`, '');
  expect(central).toBe(secret);
});

const system = [
  ...['SERVER.PING', 'SERVER.PING.CONNZ', 'SERVER.PING.VARZ', 'ACCOUNT.HF.CONNZ'],
  ...['ACCOUNT.HF.SUBSZ', 'ACCOUNT.HF.LEAFZ', 'ACCOUNT.HF.JSZ'],
];
test.each(system)("$SYS.REQ.%s is the system's alone", async (what) => {
  // The server answers for an account of one's own, and never for that of the plant.
  const said = `${await answered(`$SYS.REQ.${what}`, '')}`;
  expect(said).not.toContain(plant.keys.paris.nkey);
  expect(said).not.toContain('paris');
  expect(said).not.toContain(eventStream);
  expect(await answerTo(plant.overseer, `$SYS.REQ.${what}`, '')).toContain('"server"');
});
test('no server is reloaded, shut down or told to cut somebody off', async () => {
  const { server_id } = (await (await fetch(`${plant.hub.httpUrl}/varz`)).json()) as {
    server_id: string;
  };
  for (const what of ['RELOAD', 'KICK', 'LDM', 'SHUTDOWN', 'PROFILEZ']) {
    expect(await answered(`$SYS.REQ.SERVER.${server_id}.${what}`, '{"cid":1}')).toEqual([]);
  }
  owner.leaf.publish(liveSubject(owner.line), 'still here');
  const isHere = () => plant.seen.some(({ text }) => text === 'still here');
  await waitFor(isHere, 30_000, 'the hub to carry on');
});

test.each(Object.keys(endpoints))('the desk does not hear %s of the rogue', async (name) => {
  const subject = deskSubject(name);
  const from = plant.seen.length;
  expect(await answered(subject, '{}')).toEqual([]);
  expect(plant.seen.slice(from).filter((one) => one.subject === subject)).toEqual([]);
  expect(await answerTo(plant.plant, subject, '{"no":"field"}')).not.toMatch(/^none/);
});
test('where names are proved, nobody hears the rogue', async () => {
  const subject = askedSubject('give-up');
  const from = plant.seen.length;
  expect(await answered(subject, '{}')).toEqual([]);
  expect(plant.seen.slice(from).filter((one) => one.subject === subject)).toEqual([]);
  expect(await answerTo(plant.plant, subject, '{}')).toMatch(/the hub does not say once/);
});
test.each(['$SRV.PING', '$SRV.INFO.holdfast-desk', '$SRV.STATS.holdfast-desk'])(
  '%s is not answered to the rogue',
  async (subject) => {
    expect(await answered(subject, '')).toEqual([]);
    expect(await answerTo(plant.plant, subject, '')).toContain('holdfast-desk');
  },
);

test.each([
  ['Nats-Rollup: all'],
  ['Nats-Rollup: sub'],
  ['Nats-TTL: 1s'],
  [`Nats-Schedule: @at 2020-01-01T00:00:00Z\r\nNats-Schedule-Target: ${eventSubject(paris)}`],
  ['Nats-Batch-Id: one\r\nNats-Batch-Sequence: 1'],
  ['Nats-Incr: +1'],
  ['Nats-Request-Info: {"acc":"HF","svc":"HF","user":"central"}'],
  ['Nats-Trace-Dest: hf.evt.acme.paris.turning.M01'],
])('by %s on its own line the rogue changes nothing of another', async (lines) => {
  const before = await plant.plantCount();
  const from = plant.seen.length;
  const subject = eventSubject(rogue.line);
  await answered(subject, text(), lines);
  await answered(`$JS.hub.API.DIRECT.GET.${eventStream}.${subject}`, '', lines);
  const own = plant.seen.slice(from).filter((one) => one.subject === subject).length;
  const after = await plant.plantCount();
  expect(after - before).toBeGreaterThanOrEqual(0);
  expect(after - before).toBeLessThanOrEqual(own);
  const misled = plant.seen.slice(from).filter((one) => one.subject === eventSubject(owner.line));
  expect(misled).toEqual([]);
  const last = `$JS.API.DIRECT.GET.${eventStream}.${eventSubject(owner.line)}`;
  expect(await answerTo(plant.plant, last, '')).toBe(secret);
  await answered(subject, text()); // without it, its own line takes more
  expect(await plant.plantCount()).toBe(after + 1);
});
const text = () => `try-${++tries}`;

test('what is too large cuts off who has sent it, and nobody else', async () => {
  const before = await plant.plantCount();
  rogue.leaf.publish(eventSubject(rogue.line), Buffer.alloc(300 * 1024, 'a'));
  await plant.settled(rogue);
  expect(await plant.plantCount()).toBe(before + 1);
  rogue.leaf.publish(eventSubject(rogue.line), Buffer.alloc(400 * 1024, 'a')); // of the stream
  await plant.settled(rogue);
  const { leaf } = rogue;
  leaf.publish(eventSubject(rogue.line), Buffer.alloc(2 * 1024 * 1024, 'a')); // of the server
  await plant.settled(rogue);
  expect(leaf.isOpen()).toBe(false);
  expect(owner.leaf.isOpen()).toBe(true);
  expect(await plant.plantCount()).toBe(before + 1);
  plant.plant.publish(keptSubject(owner.line), 'goes on');
  await plant.told(owner);
  expect(owner.leaf.heard().map((one) => one.text)).toContain('goes on');
});
