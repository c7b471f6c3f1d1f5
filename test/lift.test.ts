// Goal: a hold that was told ahead and may never be stated is shown, and ends by a person's word.
import { expect, onTestFinished, test } from 'vitest';
import { openBoard } from '../central/desk/board.ts';
import { buildHttp } from '../central/desk/http.ts';
import { migrations, openMemory } from '../central/memory.ts';
import { bare } from './helpers/bare.ts';
import { stated } from './helpers/central.ts';
import { history } from './helpers/facts.ts';
import { openMedium } from './helpers/medium.ts';
import { m01 } from './helpers/shop.ts';

const [a, b] = ['a', 'b'].map((name) => `${name.repeat(8)}-0000-4000-8000-000000000000`);
const given = { by: 'person:17', reason: 'goods were scrapped' };

test('who lifts a hold says who they are and why, and only one that is lost', async () => {
  const db = openMedium(':memory:', migrations);
  onTestFinished(() => void db.close());
  const memory = openMemory({ db, nowMs: () => 1, waitMs: () => 1, maxInFlightMs: 1 });
  const app = buildHttp(openBoard({ ...memory, ...bare, db }));
  const log = history(m01, [stated.release(), stated.hold('H', 'line')]);
  const ask = { store: a!, epoch: 1, sequence: 0, hash: log.links[0]!.toString('hex'), stream: 0 };
  memory.registry.answer(m01, { ...ask, want: 'enter' });
  const fact = { sequence: 2, hash: log.links[2]!, bytes: log.bytes[1]! };
  memory.live.take(m01, { store: a!, epoch: 1, facts: [fact] });

  const shown = async () => (await app.inject('/v1/status')).json().holdsAhead;
  const [{ eventId }] = await shown();
  const lift = async (id: string, payload: object) => {
    const reply = await app.inject({ method: 'POST', url: `/v1/ahead/${id}/lift`, payload });
    return [reply.statusCode, reply.json().message ?? reply.json()];
  };
  expect(await lift(eventId, {})).toEqual([400, expect.stringContaining('body.by')]);
  expect(await lift('none', given)).toEqual([404, 'hold: none was told ahead by event none']);
  expect(await lift(eventId, given)).toEqual([409, expect.stringContaining('H is on its way')]);
  memory.registry.answer(m01, { ...ask, want: 'begin', next: b!, reason: 'forked' });
  const lost = 'it was told ahead, and epoch 1 is over';
  expect(await shown()).toEqual([{ eventId, hold: 'H', line: m01, epoch: 1, sequence: 2, lost }]);
  expect(await lift(eventId, given)).toMatchObject([200, { eventId, by: 'person:17' }]);
  expect(await shown()).toEqual([]);
  expect((await app.inject('/v1/status')).json()).toMatchObject({ arrivalsParked: 1 });
});
