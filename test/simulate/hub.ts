import type { Life } from './life.ts';
import type { World } from './world.ts';

export type Message = { seq: number; subject: string; data: Uint8Array; head: Head };
/** What a segment's headers say, and which medium of which box it comes from. */
export type Head = { epoch: number; first: number; sequence: number; hash: string; by: string };
type Failed = (invariant: string, detail: string) => void;
type Answer = { data: Uint8Array };
type Heard = { subject: string; data: Uint8Array; respond: (data: Uint8Array | string) => void };
type Ear = { life: Life; link: Link; hears: string; callback: (heard: Heard) => void };
/** A reading of the stream by central; the hub forgets it when it starts anew. */
export type Reading = {
  life: Life;
  link: Link;
  next: number;
  moving: boolean;
  take: (m: Message[]) => void;
};

/** Messages that travel together to a reader. */
const aheadMax = 200;
/** So little room that half of it is full some times a day: central must trim. */
const streamBytesMax = 6_000;
export type Hub = ReturnType<typeof openHub>;
export type Link = ReturnType<typeof openLink>;

/** The way between a box and the hub. */
export function openLink(world: World, name: string) {
  const dice = world.dice(`link ${name}`);
  const link = {
    name,
    up: true,
    /** Odds that a message is lost, and that it takes its time; 0 to 1. */
    loss: 0,
    delay: 0,
    /** How long the next message takes, ms. */
    takes: () => (dice.chance(link.delay) ? dice.below(dice.chance(0.1) ? 20_000 : 900) : 4),
    loses: () => !link.up || dice.chance(link.loss),
  };
  return link;
}

/**
 * The hub: a stream that appends if its subject ends where the writer thinks, a last value a
 * subject, and who listens. It may be down, and may come back without what it acknowledged.
 */
export function openHub(world: World, failed: Failed) {
  let messages: Message[] = [];
  let lastSeq = 0;
  let up = true;
  let boot = 0;
  let ears: Ear[] = [];
  let readings: Reading[] = [];
  const ends = new Map<string, Message>();
  const words = new Map<string, Uint8Array>();
  const { nature } = world;
  const crossing = (link: Link): boolean => up && !link.loses();

  /** Asks the hub something. Rejects at the time-out if no answer came, whatever was done. */
  function ask<T>(life: Life, link: Link, timeoutMs: number, work: () => T): Promise<T> {
    const there = link.takes();
    const back = link.takes();
    const endMs = world.nowMs() + timeoutMs;
    return new Promise((resolve, reject) => {
      const expire = () => {
        world.after(life, endMs - world.nowMs(), () => reject(new Error('timeout')));
      };
      if (there + back > timeoutMs) expire();
      world.after(nature, there, () => {
        const done = crossing(link) ? { result: work() } : undefined;
        if (there + back > timeoutMs) return;
        if (!done || link.loses()) expire();
        else world.after(life, back, () => (up && link.up ? resolve(done.result) : expire()));
      });
    });
  }

  function kick(reading: Reading): void {
    const { life, link } = reading;
    if (reading.moving || !up || !link.up || reading.next > lastSeq || !life.alive) return;
    reading.moving = true;
    const born = boot;
    world.after(life, link.takes(), () => {
      reading.moving = false;
      if (!up || !link.up || boot !== born) return;
      const batch = messages.filter(({ seq }) => seq >= reading.next).slice(0, aheadMax);
      reading.next = (batch.at(-1)?.seq ?? reading.next - 1) + 1;
      if (batch.length > 0) reading.take(batch);
      kick(reading);
    });
  }

  function append(subject: string, data: Uint8Array, head: Head): number {
    lastSeq += 1;
    const message = { seq: lastSeq, subject, data, head };
    messages.push(message);
    ends.set(subject, message);
    for (const reading of readings) kick(reading);
    return lastSeq;
  }

  function index(): void {
    ends.clear();
    for (const message of messages) ends.set(message.subject, message);
  }

  const earsOf = (subject: string): Ear[] => {
    ears = ears.filter(({ life }) => life.alive);
    return ears.filter(({ hears }) => subject === hears || wild(hears, subject));
  };

  return {
    ask,
    isUp: () => up,

    /** Appends if the subject ends at `expected`; undefined if it ends elsewhere. */
    append(subject: string, data: Uint8Array, head: Head, expected: number | undefined) {
      const end = ends.get(subject);
      if (expected !== undefined && (end?.seq ?? 0) !== expected) return undefined;
      if (end && goesBack(end.head, head)) failed('a line goes back in the stream', subject);
      return append(subject, data, head);
    },
    end: (subject: string) => ends.get(subject),
    at: (seq: number) => messages.find((message) => message.seq === seq),
    state: () => ({
      ...{ first_seq: messages[0]?.seq ?? lastSeq + 1, last_seq: lastSeq },
      bytes: messages.reduce((sum, { data }) => sum + data.length, 0),
    }),
    room: streamBytesMax,
    /** Lets go of every message before this one. */
    purge(seq: number): number {
      const before = messages.length;
      messages = messages.filter((message) => message.seq >= seq);
      index();
      return before - messages.length;
    },
    word: (subject: string) => words.get(subject),

    listen(life: Life, link: Link, hears: string, callback: Ear['callback']): void {
      ears.push({ life, link, hears, callback });
    },
    /** Sends to everybody who listens, and keeps it as the last value. */
    tell(link: Link, subject: string, data: Uint8Array): void {
      world.after(nature, link.takes(), () => {
        if (!crossing(link)) return;
        words.set(subject, data);
        for (const ear of earsOf(subject)) {
          world.after(ear.life, ear.link.takes(), () => {
            if (crossing(ear.link)) ear.callback({ subject, data, respond: () => undefined });
          });
        }
      });
    },
    /** Asks all who listen: the first answer is it. Rejects if there is none in time. */
    request(life: Life, link: Link, subject: string, data: Uint8Array, timeoutMs: number) {
      return new Promise<Answer>((resolve, reject) => {
        let over = false;
        const end = (work: () => void) => {
          if (!over) work();
          over = true;
          expiry.off = true;
        };
        const expire = () => end(() => reject(new Error('timeout')));
        const expiry = world.after(life, timeoutMs, expire);
        world.after(nature, link.takes(), () => {
          if (!crossing(link)) return;
          const all = earsOf(subject);
          if (all.length === 0) {
            world.after(life, link.takes(), () => end(() => reject(new Error('no responders'))));
          }
          for (const ear of all) {
            const respond = (said: Uint8Array | string) => {
              if (!crossing(ear.link) || link.loses()) return;
              const answer = { data: Buffer.from(said) };
              world.after(life, ear.link.takes() + link.takes(), () => end(() => resolve(answer)));
            };
            world.after(ear.life, ear.link.takes(), () => {
              if (crossing(ear.link)) ear.callback({ subject, data, respond });
            });
          }
        });
      });
    },

    read(reading: Reading): void {
      readings = [...readings.filter(({ life }) => life.alive), reading];
      kick(reading);
    },
    leave(reading: Reading): void {
      readings = readings.filter((other) => other !== reading);
    },
    /** A way is open again. */
    resume(): void {
      for (const reading of readings) kick(reading);
    },

    stop(): void {
      up = false;
      boot += 1;
      readings = [];
      words.clear(); // kept in memory only
    },
    start(): void {
      up = true;
    },
    /** Forgets its last messages, although it acknowledged them; without a number, all. */
    forget(count = Number.POSITIVE_INFINITY): void {
      messages = count < messages.length ? messages.slice(0, -count) : [];
      lastSeq = messages.at(-1)?.seq ?? 0;
      index();
    },
    /** Loses a message that is not the last of its subject, at or before a place from the end. */
    lose(place: number): void {
      const middle = messages.filter(({ seq, subject }) => ends.get(subject)?.seq !== seq);
      const lost = middle.at(-1 - (place % Math.max(1, middle.length)));
      messages = messages.filter((message) => message !== lost);
    },
  };
}

/** True for an epoch that is over, and for what this very store has in the stream already. */
const goesBack = (end: Head, { epoch, first, by }: Head): boolean =>
  epoch < end.epoch || (epoch === end.epoch && by === end.by && first <= end.sequence);

/** True if `subject` matches a name whose last tokens are "*". */
const wild = (hears: string, subject: string): boolean =>
  hears.endsWith('*') && subject.startsWith(hears.slice(0, hears.indexOf('*')));
