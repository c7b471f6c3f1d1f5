// Goal: an edge that is killed at any point of asking asks once more if the machine does not show
// it, and never twice. Method: the store is opened again as the kill left it, beside a machine that
// goes on.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testFolder } from './helpers/folder.ts';
import { mapped, openJobs } from './helpers/jobbox.ts';

const job = 'WO-1/0010';
const never = new Promise<never>(() => undefined);
const writes = `    writes:
      allow: [job]
      values: { job: { at: "m;s=JobAsked", readBack: "m;s=Job", from: job } }
`;

/** An edge that asks, and is killed within the call; `take` says whether the machine gets it. */
async function killed(more: string, action: string, taken: boolean) {
  const path = join(testFolder(), 'edge.sqlite');
  const box = openJobs(more, path);
  box.say('state', 2n);
  box.pass(10_000);
  box.ask(action);
  const { call, write } = box.port;
  box.listener.jobs({
    ...box.port,
    async call(...given) {
      if (taken) await call(...given);
      return never;
    },
    async write(...given) {
      if (taken) await write(...given);
      return never;
    },
  });
  void box.rounds(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(box.row()).toMatchObject({ action, calls: 1 });
  box.db.close();
  const next = openJobs(more, path);
  for (const [name, state] of box.jobs) next.jobs.set(name, state);
  for (const [name, value] of box.shown) next.shown.set(name, value);
  next.time.nowMs += 20_000;
  next.say('state', 2n);
  next.pass(10_000);
  await next.rounds(4);
  return { box, next };
}

test.each([
  ['Store', mapped(), `Store ${job}`],
  ['Prepare', writes, `JobAsked=${job}`],
])(
  '%s: killed before the machine has got it, the edge asks once more',
  async (action, more, call) => {
    const { box, next } = await killed(more, action, false);
    expect([box.calls, next.calls]).toEqual([[], [call]]);
    expect(next.row()).toMatchObject({ outcome: `done: ${action}`, calls: 2 });
  },
);

test.each([
  ['Store', mapped(), `Store ${job}`],
  ['Prepare', writes, `JobAsked=${job}`],
])('%s: killed after it, the edge sees that it is done', async (action, more, call) => {
  const { box, next } = await killed(more, action, true);
  expect([box.calls, next.calls]).toEqual([[call], []]);
  expect(next.row()).toMatchObject({ outcome: `done: ${action}`, calls: 1 });
});
