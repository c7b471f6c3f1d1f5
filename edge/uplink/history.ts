import {
  decodeEnrolAnswer,
  decodeEpochs,
  decodeLink,
  decodeStrayAnswer,
  type EnrolAnswer,
  type EnrolAsk,
  type HistoryAsk,
  type StrayAnswer,
} from '../../shared/enrol.ts';
import { type Environment, environmentUsual } from '../../shared/environment.ts';
import { Fault } from '../../shared/fault.ts';
import { decodeSegment, encodeSegment, type Segment } from '../../shared/segment.ts';
import { enrolSubject, historySubject, straySubject } from '../../shared/subject.ts';

/** A question to central; rejects with Fault UNREACHABLE if no answer came. */
export type AskCentral = (subject: string, question: Uint8Array | string) => Promise<Uint8Array>;
export type History = ReturnType<typeof openHistory>;

/** What central says of a line. An answer that is not understood is no answer. */
export function openHistory(ask: AskCentral, environment: Environment = environmentUsual) {
  async function read<T>(
    subject: string,
    question: Uint8Array | string,
    decode: (bytes: Uint8Array) => T,
  ): Promise<T> {
    const bytes = await ask(subject, question);
    try {
      return decode(bytes);
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause;
      throw new Fault('UNREACHABLE', `central: ${cause.message}`, { cause });
    }
  }
  const told = <T>(line: string, question: HistoryAsk, decode: (bytes: Uint8Array) => T) =>
    read(historySubject(line), JSON.stringify(question), decode);

  return {
    // A central from before knows no word of it, and is of production.
    enrol: (line: string, question: EnrolAsk): Promise<EnrolAnswer> =>
      read(
        enrolSubject(line),
        JSON.stringify(environment === environmentUsual ? question : { ...question, environment }),
        decodeEnrolAnswer,
      ),

    /** The last sequence that the ledger holds of an epoch. */
    async last(line: string, epoch: number): Promise<number> {
      const epochs = await told(line, { want: 'epochs' }, decodeEpochs);
      return epochs.find((known) => known.epoch === epoch)?.last ?? 0;
    },

    /** Hex of the chain's link at a place; undefined where the ledger has no such fact. */
    link: (line: string, epoch: number, sequence: number): Promise<string | undefined> =>
      told(line, { want: 'link', epoch, sequence }, decodeLink),

    /** Facts of the epoch behind `sequence`, as they were stored; undefined at its end. */
    facts: (line: string, epoch: number, sequence: number): Promise<Segment | undefined> =>
      told(line, { want: 'facts', epoch, sequence }, (bytes) => {
        if (bytes.length === 0) return undefined;
        const segment = decodeSegment(bytes);
        const { first, before } = segment;
        const asked = segment.line === line && segment.epoch === epoch && first === sequence + 1;
        if (asked && before) return segment;
        throw new Fault('INVALID', `history: are not the facts behind ${sequence} of ${line}`);
      }),

    /** Hands over facts that cannot be stated any more; central parks what it does not know. */
    stray: (segment: Segment): Promise<StrayAnswer> =>
      read(straySubject(segment.line), encodeSegment(segment), decodeStrayAnswer),
  };
}
