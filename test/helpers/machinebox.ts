import { openIntake } from '../../edge/line/intake.ts';
import type { Parts as BookingParts } from '../../edge/machine/booking.ts';
import { openMachineDesk } from '../../edge/machine/desk.ts';
import { openMachineLedger } from '../../edge/machine/ledger.ts';
import { openMachines } from '../../edge/machine/machines.ts';
import { readMapping } from '../../edge/machine/mapping.ts';
import type { Plain, Sample } from '../../edge/machine/sample.ts';
import { tagsOf } from '../../edge/machine/tags.ts';
import { decodeContent } from '../../shared/codec.ts';
import { eventIds, systemRandom } from '../../shared/identity.ts';
import { openBox } from './box.ts';
import { mappingText, told } from './machine.ts';
import { shop } from './shop.ts';

type Given = Readonly<{
  path?: string;
  more?: string;
  mapping?: string;
  stopped?: () => boolean;
  counted?: BookingParts['counted'];
}>;
export type MachineBox = ReturnType<typeof openMachineBox>;

/** An edge without its network, and a press at its first line that tells whatever a test says. */
export function openMachineBox(given: Given = {}) {
  const { path, more, mapping: text, stopped = () => false, counted } = given;
  const box = openBox(path);
  const { store, roster, book, time, db } = box;
  const mapping = readMapping(text ?? mappingText(more), 'mapping');
  const clock = {
    nowMs: () => time.nowMs,
    monotonicMs: () => time.nowMs,
    sleep: async () => undefined,
  };
  const disk = { refusal: (): string | undefined => (stopped() ? 'disk: is full' : undefined) };
  const intake = openIntake({ store, roster, committed: () => undefined });
  const machines = openMachines({
    ...{ book, roster, intake, disk, clock },
    ...(counted && { counted }),
    machines: [{ mapping, tags: tagsOf(mapping, 'mapping'), listen: async () => undefined }],
    ledger: openMachineLedger(db),
    barred: () => undefined,
    newId: eventIds(clock.nowMs, systemRandom),
    changed: () => undefined,
    signal: new AbortController().signal,
  });
  const newId = eventIds(clock.nowMs, systemRandom);
  const desk = openMachineDesk({ machines, book, roster, intake, newId });
  const [line] = machines.lines;
  const listener = line!.listener;
  let epoch = 'A';
  const facts = () => [...store.history()].map(({ bytes }) => decodeContent(bytes));

  return {
    ...{ ...box, machines, mapping, listener, intake, facts, desk },

    /** The link comes up. */
    live: (): void => listener.changed('live'),
    lose: (state: 'stale' | 'reconnecting' = 'reconnecting'): void => listener.changed(state),
    restartServer(name: string): void {
      epoch = name;
    },

    /** Time passes, and what was said by then is booked. */
    pass(ms: number): boolean {
      time.nowMs += ms;
      return machines.bookAll();
    },

    /** The press says it now. */
    say: (tag: string, value: Plain, about: Partial<Sample> = {}): void =>
      listener.heard([told(tag, value, time.nowMs, { epoch, ...about })]),

    /** Order WO-1 with a run R1 open in lane 1. */
    work(run = 'R1'): void {
      for (const command of [shop.release({ quantity: '100000' }), shop.start()])
        box.decide(command);
      box.decide(shop.phase(run));
    },

    /** All reports of the line: "R1 good/scrap flags". */
    reports: (): string[] =>
      facts().flatMap((fact) => {
        if (fact.type !== 'QuantityReported') return [];
        const { run, good, scrap } = fact.body;
        return [`${run} ${good}/${scrap}${fact.flags ? ` ${fact.flags}` : ''}`];
      }),
    loose: () => machines.ledger.loose().map((row) => `${row.why} ${row.kind} ${row.pieces}`),
    states: (): string[] =>
      facts().flatMap((fact) => {
        if (fact.type !== 'EquipmentStateChanged') return [];
        const { state, reason } = fact.body;
        return [[state, reason, fact.flags].filter((text) => text).join(' ')];
      }),
  };
}

/** A press that is live, in production and known at 100 good and 10 scrap, run R1 open. */
export function running(given: Given = {}) {
  const box = openMachineBox(given);
  box.work();
  box.live();
  box.say('mode', 1n);
  box.say('counter good', 100n);
  box.say('counter scrap', 10n);
  box.pass(3_000);
  return box;
}
