// Goal: the desk on NATS is for whom it is meant: people of the central team act, viewers look, and
// an edge, or whoever has stolen its key, gets no answer and gives none.
// Method: a real hub that knows its users, a real leaf, a real central, and the command for people.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { expect, onTestFinished, test } from 'vitest';
import { openPlantdesk } from './helpers/ops.ts';

const timeoutMs = 300_000;
const said = { by: 'person:17', reason: 'scrapped' };

type Desk = Awaited<ReturnType<typeof openPlantdesk>>;

/** Who must get no answer waits so long for one, and who must get one so long. */
const hasty = { timeout: 1_500 };
const patient = { timeout: 20_000 };

async function ask(
  connection: NatsConnection,
  name: string,
  fields: object = {},
  options = patient,
) {
  const answer = await connection.request(`hf.desk.${name}`, JSON.stringify(fields), options);
  return answer.json<Record<string, unknown>>();
}
/** How many requests central has counted for an operation. */
async function asked(ops: NatsConnection, name: string): Promise<number> {
  type Stats = { endpoints: { name: string; num_requests: number }[] };
  const { endpoints } = (await ops.request('$SRV.STATS.holdfast-desk', '', patient)).json<Stats>();
  return endpoints.find((one) => one.name === name)!.num_requests;
}
const noAnswer = (asking: Promise<unknown>) =>
  expect(asking).rejects.toThrow(/permission|timeout|no responders/i);

/** What somebody who may not ask has tried has not reached central. */
async function getsNothing(connection: NatsConnection, ops: NatsConnection, key: string) {
  const before = [await asked(ops, 'health'), await asked(ops, 'give-up')];
  await noAnswer(ask(connection, 'health', {}, hasty));
  await noAnswer(ask(connection, 'give-up', { key, ...said }, hasty));
  await noAnswer(connection.request('$SRV.PING', '', hasty));
  await noAnswer(connection.request('$JS.API.STREAM.DELETE.HF_EVT', '', hasty));
  expect([await asked(ops, 'health'), await asked(ops, 'give-up')]).toEqual(before);
}

async function stillParked({ parkedKeys }: Desk, key: string) {
  expect(await parkedKeys()).toContain(key);
}

test(
  'ops acts, a viewer only looks, and an edge does neither: at the hub or across its leaf',
  async () => {
    const desk = await openPlantdesk(2);
    const [key] = (await desk.parkedKeys()) as [string];
    const ops = await desk.client('ops');
    const viewer = await desk.client('viewer');
    expect(await ask(viewer, 'show', { key })).toMatchObject({ posting: { state: 'parked' } });
    expect(await ask(viewer, 'figures', { by: 'order' })).toMatchObject({ by: 'order', notYet: 0 });
    expect((await fetch(`${desk.central.url}/figures/`)).status).toBe(200);
    await noAnswer(ask(viewer, 'give-up', { key, ...said }, hasty));
    await noAnswer(ask(viewer, 'give-up', { key, ...said, dryRun: true }, hasty));
    expect(await asked(ops, 'give-up')).toBe(0);

    await getsNothing(await desk.client('edge'), ops, key);
    const atLeaf = await connect({ servers: desk.wire.leaf.url });
    onTestFinished(() => atLeaf.close());
    await getsNothing(atLeaf, ops, key);
    await stillParked(desk, key);

    for (const who of [ops, viewer]) {
      await noAnswer(who.request('$JS.API.STREAM.DELETE.HF_EVT', '', hasty));
      await noAnswer(who.request('$JS.API.STREAM.PURGE.HF_EVT', '', hasty));
      await noAnswer(who.request('hf.enrol.acme.lyon.turning.M01', '{}', hasty));
    }
    expect(await ask(ops, 'give-up', { key, ...said })).toMatchObject({
      posting: { state: 'void', reason: 'person:17: scrapped' },
    });
  },
  timeoutMs,
);

test(
  'nobody but central serves the desk, or hears what is asked of it',
  async () => {
    const desk = await openPlantdesk(1);
    const ops = await desk.client('ops');
    const heard: string[] = [];
    for (const who of ['edge', 'viewer', 'ops'] as const) {
      const connection = await desk.client(who);
      for (const subject of ['hf.desk.health', 'hf.desk.>', '>']) {
        connection.subscribe(subject, {
          queue: 'q',
          callback: (error, message) => {
            if (!error) heard.push(`${who} ${message.subject}`);
            if (!error) message.respond('{"state":"ok"}');
          },
        });
      }
      await connection.flush();
    }
    for (let times = 0; times < 20; times++) {
      expect(await ask(ops, 'health')).toMatchObject({ state: 'attention' });
    }
    expect(heard).toEqual([]);
  },
  timeoutMs,
);

test(
  'in words: holdfast desk and holdfast trace over NATS',
  async () => {
    const desk = await openPlantdesk(2);
    const [key, other] = (await desk.parkedKeys()) as [string, string];
    const cli = (who: 'ops' | 'viewer', ...args: string[]) => {
      const way = ['--nats', desk.wire.hub.url, '--nkey-path', desk.keys[who].path];
      return promisify(execFile)(process.execPath, ['cli/holdfast.ts', ...args, ...way]).then(
        ({ stdout }) => ({ code: 0, words: stdout }),
        ({ code, stderr }: { code: number; stderr: string }) => ({ code, words: stderr }),
      );
    };
    const who = ['--by', said.by, '--reason', said.reason];
    expect((await cli('ops', 'desk')).words).toMatch(/^2 parked\nconfirmation /);
    expect((await cli('viewer', 'desk', 'health')).words).toMatch(/^state: attention\n/);
    expect((await cli('viewer', 'desk', 'show', key)).words).toContain(`${key}: parked`);
    const dry = await cli('ops', 'desk', 'give-up', key, ...who, '--dry-run');
    expect(dry.words).toMatch(/^nothing was changed. It would be:\nconfirmation .*: void\n/);
    await stillParked(desk, key);
    expect((await cli('ops', 'desk', 'give-up', key, ...who)).words).toContain(': void');
    const late = await cli('ops', 'desk', 'give-up', key, ...who);
    expect(late).toMatchObject({ code: 1, words: expect.stringContaining('is void: no GiveUp') });
    const trace = await cli('viewer', 'trace', 'L-1');
    expect(trace.words).toMatch(/^L-1 is lot\n[\s\S]*made of:\n {2}order WO-1 /);
    expect((await cli('viewer', 'explain', desk.facts[0]!.eventId)).words).toMatch(
      /^OrderReleased/,
    );
    const refused = await cli('viewer', 'desk', 'give-up', other, ...who);
    expect(refused).toMatchObject({ code: 2, words: expect.stringContaining('may you ask it?') });
    await stillParked(desk, other);
  },
  timeoutMs,
);
