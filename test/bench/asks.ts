import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/nats-core';
import { genesis } from '../../shared/codec.ts';
import { commandSubject, enrolSubject } from '../../shared/subject.ts';

type Spent = () => { hub: number; central: number };
const [lines, rounds, atOnce] = [500, 8, 100];

/**
 * What questions of lines cost central and the hub, µs of a processor each: entering for the first
 * time, and asking for commands where there are none.
 */
export async function askAll(connection: NatsConnection, spent: Spent) {
  const stores = Array.from({ length: lines }, (_, index) => {
    return { line: `acme/asking/hall/L${index + 1}`, store: randomUUID() };
  });
  type Store = (typeof stores)[number];

  /** Each store asks once a round, so many at once; µs of central and of the hub for a question. */
  async function ask(
    times: number,
    subject: (line: string) => string,
    words: (one: Store) => object,
  ) {
    const before = spent();
    for (let round = 0; round < times; round++) {
      for (let at = 0; at < stores.length; at += atOnce) {
        await Promise.all(
          stores.slice(at, at + atOnce).map((one) => {
            return connection.request(subject(one.line), JSON.stringify(words(one)), {
              timeout: 20_000,
            });
          }),
        );
      }
    }
    const after = spent();
    const each = 1e6 / (times * stores.length);
    return {
      centralUs: (after.central - before.central) * each,
      hubUs: (after.hub - before.hub) * each,
    };
  }

  const enter = ({ line, store }: Store) => {
    const hash = genesis(line, 1).toString('hex');
    return { want: 'enter', store, epoch: 1, sequence: 0, hash, stream: 0 };
  };
  const first = await ask(1, enrolSubject, enter);
  const again = await ask(rounds, enrolSubject, enter);
  const commands = await ask(rounds, commandSubject, ({ store }) => ({
    store,
    epoch: 1,
    after: 0,
  }));
  const perLine = (us: number) => ((us * 20_000) / 30 / 1e4).toFixed(1);
  process.stdout.write(
    `a line that enters costs central ${first.centralUs.toFixed(0)} µs the first time, ` +
      `${again.centralUs.toFixed(0)} µs again; one that asks for commands ` +
      `${commands.centralUs.toFixed(0)} µs, the hub ${commands.hubUs.toFixed(0)} µs: ` +
      `20,000 lines every 30 s are ${perLine(commands.centralUs)} % of a core of central\n`,
  );
  return { ...commands, enrolUs: Math.max(0, again.centralUs - commands.centralUs) };
}
