import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { decodeCommandsAsk } from '../../shared/dispatch.ts';
import { decodeEnrol, decodeHistory } from '../../shared/enrol.ts';
import { type Environment, environmentUsual } from '../../shared/environment.ts';
import { Fault } from '../../shared/fault.ts';
import { readJson } from '../../shared/json.ts';
import { decodeLive } from '../../shared/live.ts';
import type { Logger } from '../../shared/log.ts';
import { referenceAsk } from '../../shared/reference.ts';
import { decodeSegment } from '../../shared/segment.ts';
import {
  commandSubjects,
  enrolSubjects,
  historySubjects,
  lineOf,
  liveSubjects,
  referenceSubjects,
  straySubjects,
} from '../../shared/subject.ts';
import type { Downlink } from '../downlink/downlink.ts';
import { strangerHere } from '../environment.ts';
import type { Dispatch } from '../quality/dispatch.ts';
import { type Allowance, openAllowance } from './allowance.ts';
import type { Archive } from './archive.ts';
import { openGathering } from './gathering.ts';
import type { Ledger } from './ledger.ts';
import type { Live } from './live.ts';
import type { Registry } from './registry.ts';

type Parts = {
  connection: Pick<NatsConnection, 'subscribe'>;
  registry: Registry;
  archive: Archive;
  ledger: Ledger;
  live: Live;
  dispatch: Dispatch;
  downlink: Downlink;
  /** Rung when an epoch began, for the word on what the ledger holds. */
  moved: () => void;
  /** What this plant is; production unless it is said otherwise. */
  environment?: Environment | undefined;
  /**
   * Where many may ask at once: when all that has come was heard, and time that never jumps.
   * Without it each is answered by itself, and nobody is put off.
   */
  crowd?: Readonly<{ turn: () => Promise<void>; monotonicMs: () => number }> | undefined;
  /** Drops what is remembered beyond a transaction. */
  forget: () => void;
  log: Logger;
};

/**
 * Most of central's time that goes to facts told ahead. They come when it is behind: without a
 * bound they would put it further behind, and more would come.
 */
export const liveShare = 0.25;
/** An edge that is told so tries the line again after 10 s; the facts come with its segments. */
const putOff = Buffer.from(
  JSON.stringify({ answer: 'full', reason: 'central is busy with what is told ahead' }),
);
/** A hold is never put off: it must be known before the receipts that stand in front of it. */
const isUrgent = (live: Uint8Array): boolean => Buffer.from(live).includes('HoldPlaced');

/** Answers the stores of all lines: who may write, what the ledger holds, what is beside it. */
export function openRegistrar(parts: Parts): void {
  const { connection, archive, registry, ledger, live, downlink, crowd, forget, log } = parts;

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

  /** What writes: all that come in one turn as one transaction, where many may ask at once. */
  function serveTogether(
    subjects: string,
    answer: (line: string, bytes: Uint8Array) => Uint8Array,
    allowance?: Allowance,
  ): void {
    if (!crowd) {
      serve(subjects, answer);
      return;
    }
    const hear = openGathering({
      ...{ ...crowd, together: registry.together, undone: forget, log },
      ...(allowance && { spent: allowance.add }),
      answer: ({ subject, data }) => answer(lineOf(subject), data),
    });
    connection.subscribe(subjects, {
      callback: (error: Error | null, message: Msg) => {
        if (error) return;
        if (allowance?.isSpent() && !isUrgent(message.data)) message.respond(putOff);
        else hear(message);
      },
    });
  }

  serveTogether(enrolSubjects, (line, bytes) => enrol(parts, line, bytes));
  serve(historySubjects, (line, bytes) => archive.answer(line, decodeHistory(bytes)));
  const allowance = crowd && openAllowance(liveShare, crowd.monotonicMs);
  const takeLive = (line: string, bytes: Uint8Array) => {
    const answer = live.take(line, decodeLive(bytes));
    if (answer.answer !== 'taken') {
      const { answer: state, reason } = answer;
      log.error({ line, state, reason }, 'facts told ahead: not taken');
    }
    return Buffer.from(JSON.stringify(answer));
  };
  serveTogether(liveSubjects, takeLive, allowance);
  serve(commandSubjects, (line, bytes) => tell(parts, line, bytes));
  serve(referenceSubjects, (line, bytes) => {
    const asked = readJson(referenceAsk, bytes, 'reference');
    return Buffer.from(JSON.stringify(downlink.answer(line, asked)));
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

/** Only whoever writes the line is told: what another box did with it would be nobody's fact. */
function tell({ registry, dispatch, log }: Parts, line: string, bytes: Uint8Array): Uint8Array {
  const { store, epoch, after } = decodeCommandsAsk(bytes);
  const refused = (reason: string) =>
    Buffer.from(JSON.stringify({ answer: 'refused', reason, newest: 0, commands: [] }));
  if (!registry.writes(line, store, epoch)) {
    return refused(`this store does not write epoch ${epoch} of the line`);
  }
  try {
    const { lost, ...told } = dispatch.behind(line, after);
    if (lost > 0)
      log.error(
        { line, from: after, commands: lost },
        'a line has had commands of a ledger that is lost',
      );
    return Buffer.from(JSON.stringify({ answer: 'told', ...told }));
  } catch (fault) {
    if (!(fault instanceof Fault) || fault.code !== 'CONFLICT') throw fault;
    log.error({ line, from: after, reason: fault.message }, 'a line is not told what it is to do');
    return refused(fault.message.slice(0, 300));
  }
}

function enrol(parts: Parts, line: string, bytes: Uint8Array): Uint8Array {
  const { registry, ledger, live, moved, log, environment = environmentUsual } = parts;
  const { environment: edge = environmentUsual, ...ask } = decodeEnrol(bytes);
  const reason = strangerHere(environment, edge);
  if (reason !== undefined) {
    log.error({ line, store: ask.store, reason }, 'a store of another environment: not let in');
    const { epoch, sequence, hash } = ledger.head(line);
    const head = { epoch, sequence, hash: hash.toString('hex') };
    return Buffer.from(JSON.stringify({ answer: 'elsewhere', ...head, reason }));
  }
  const answer = registry.answer(line, ask);
  const { store, want } = ask;
  const { answer: state, epoch, ended, reason: why } = answer;
  switch (answer.answer) {
    case 'owned':
    case 'stale':
      log.error({ line, store, state, epoch, reason: why }, 'another store wants this line');
      break;
    case 'begun':
      log.warn({ line, store: ask.next, epoch, ended, reason: why }, 'a new epoch');
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
