// Goal: a connection that was lost makes no name proved and no proof unneeded. Method: the door of
// central's desk at a hub that answers who central is when the test lets it, or not at all.
import { headers } from '@nats-io/nats-core';
import { expect, test } from 'vitest';
import { demandOf, openDoor } from '../central/desk/door.ts';

type Answer = Awaited<ReturnType<Parameters<typeof openDoor>[0]['connection']['request']>>;
const as = (account: string) => ({ json: () => ({ data: { account } }) }) as Answer;

/** A hub whose answers the test gives, one for each question in turn. */
function openHub() {
  const asked: { tell: (account: string) => void; fail: () => void }[] = [];
  const request = () =>
    new Promise<Answer>((resolve, reject) => {
      const fail = () => reject(new Error('timeout'));
      asked.push({ tell: (account) => resolve(as(account)), fail });
    });
  const door = openDoor({ connection: { request } });
  const demands = demandOf({ proof: 'hub' } as never, door);
  const info = headers();
  info.set('Nats-Request-Info', JSON.stringify({ acc: 'desk/person:17', user: 'UA' }));
  const name = () => door.askerOf({ subject: 'hf.asked.hold', headers: info }).name;
  const answered = async (at: number, how: 'HF' | '$G' | 'no') => {
    await expect.poll(() => asked.length).toBeGreaterThan(at);
    if (how === 'no') asked[at]!.fail();
    else asked[at]!.tell(how);
  };
  return { door, demands, name, answered, asked };
}

test('until the hub says again who central is, no name is proved, and each must be', async () => {
  const { door, demands, name, answered } = openHub();
  const first = door.look();
  expect([demands(), name()]).toEqual([false, undefined]);
  await answered(0, 'HF');
  await first;
  expect([demands(), name()]).toEqual([true, 'person:17']);
  const second = door.look();
  expect([demands(), name()]).toEqual([true, undefined]);
  for (const at of [1, 2, 3]) await answered(at, 'no');
  await second;
  expect([demands(), name()]).toEqual([true, undefined]);
  const third = door.look();
  await answered(4, '$G');
  await third;
  expect([demands(), name()]).toEqual([false, undefined]);
});

test('a look is tried again, and one that was overtaken says nothing', async () => {
  const { door, demands, answered, asked } = openHub();
  const slow = door.look();
  await expect.poll(() => asked.length).toBe(1);
  const quick = door.look();
  await answered(1, 'no');
  await answered(2, 'HF');
  await quick;
  await answered(0, '$G');
  await slow;
  expect(demands()).toBe(true);
});
