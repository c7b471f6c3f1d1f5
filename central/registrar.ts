import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { decodeEnrol, decodeHistory } from '../shared/enrol.ts';
import { Fault } from '../shared/fault.ts';
import { decodeLive } from '../shared/live.ts';
import type { Logger } from '../shared/log.ts';
import { decodeSegment } from '../shared/segment.ts';
import {
  enrolSubjects,
  historySubjects,
  lineOf,
  liveSubjects,
  straySubjects,
} from '../shared/subject.ts';
import type { Archive } from './archive.ts';
import type { Ledger } from './ledger.ts';
import type { Live } from './live.ts';
import type { Registry } from './registry.ts';

type Parts = {
  connection: Pick<NatsConnection, 'subscribe'>;
  registry: Registry;
  archive: Archive;
  ledger: Ledger;
  live: Live;
  /** Rung when an epoch began, for the word on what the ledger holds. */
  moved: () => void;
  log: Logger;
};

/** Answers the stores of all lines: who may write, what the ledger holds, what is beside it. */
export function openRegistrar(parts: Parts): void {
  const { connection, archive, ledger, live, log } = parts;

  /** Who asks is known from the subject alone; what is not understood is not answered. */
  function serve(subjects: string, answer: (line: string, bytes: Uint8Array) => Uint8Array) {
    connection.subscribe(subjects, {
      callback: (error: Error | null, message: Msg) => {
        if (error) return;
        try {
          const line = lineOf(message.subject);
          message.respond(answer(line, message.data));
        } catch (fault) {
          if (!(fault instanceof Fault)) throw fault;
          log.error({ subject: message.subject, reason: fault.message }, 'a store is not answered');
        }
      },
    });
  }

  serve(enrolSubjects, (line, bytes) => enrol(parts, line, bytes));
  serve(historySubjects, (line, bytes) => archive.answer(line, decodeHistory(bytes)));
  serve(liveSubjects, (line, bytes) => {
    const answer = live.take(line, decodeLive(bytes));
    if (answer.answer !== 'taken') {
      const { answer: state, reason } = answer;
      log.error({ line, state, reason }, 'facts told ahead: not taken');
    }
    return Buffer.from(JSON.stringify(answer));
  });
  serve(straySubjects, (line, bytes) => {
    const segment = decodeSegment(bytes);
    if (segment.line !== line) throw new Fault('INVALID', `stray: claims to be ${segment.line}`);
    const parked = ledger.strays(
      segment,
      'stray: stated by a store that no longer writes this line',
    );
    if (parked > 0) log.error({ line, parked }, 'facts of another history wait for a person');
    return Buffer.from(JSON.stringify({ parked, known: segment.facts.length - parked }));
  });
}

function enrol({ registry, live, moved, log }: Parts, line: string, bytes: Uint8Array): Uint8Array {
  const ask = decodeEnrol(bytes);
  const answer = registry.answer(line, ask);
  const { store, want } = ask;
  const { answer: state, epoch, ended, reason } = answer;
  switch (answer.answer) {
    case 'owned':
    case 'stale':
      log.error({ line, store, state, epoch, reason }, 'another store wants to write this line');
      break;
    case 'begun':
      log.warn({ line, store: ask.next, epoch, ended, reason }, 'a new epoch');
      moved();
      for (const hold of live.holds()) {
        if (hold.line !== line || !hold.lost) continue;
        const { hold: id, eventId, lost } = hold;
        log.error({ line, hold: id, eventId, reason: lost }, 'a hold that may never be stated');
      }
      break;
    default:
      log.info({ line, store, want, state }, 'a store asked for its line');
  }
  return Buffer.from(JSON.stringify(answer));
}
