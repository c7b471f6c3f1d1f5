import type { FastifyReply } from 'fastify';
import type { Clock } from '../../shared/clock.ts';
import type { Read } from '../../shared/field.ts';
import type { confirmationFields, documentFields, stockPostingFields } from './entity.ts';
import type { Faults } from './faults.ts';
import { errorBody, refusal } from './message.ts';

export type Mishaps = Readonly<{
  faults: Faults;
  clock: Clock;
  maxInFlightMs: number;
  signal: AbortSignal; // aborts when the sandbox closes: nothing is committed after
}>;

/** The faults before the commit: wait, answer badly, cut. Returns nothing if all goes well. */
export async function misfortune(
  { faults, clock, maxInFlightMs, signal }: Mishaps,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const { latencyMs } = faults.settings;
  const arrivedMs = performance.now();
  const failure = faults.before();
  if (latencyMs > 0) await clock.sleep(latencyMs, signal);
  const tooLate = performance.now() - arrivedMs > maxInFlightMs;
  if (signal.aborted || tooLate || failure === 'drop') return cut(reply);
  if (failure === 'broken') {
    return reply.code(500).type('text/html').send('<html><body>500 Server Error</body></html>');
  }
  if (failure === 'login') {
    return reply.type('text/html').send('<html><body><form>Log on</form></body></html>');
  }
  if (failure === 'soft') return reply.code(200).send(errorBody('HF/000: Nothing was posted'));
  if (failure) {
    reply.code(failure === 'busy' ? 503 : 429).type('text/plain');
    return reply.header('retry-after', faults.retryAfter(clock.nowMs())).send(failure);
  }
  return undefined;
}

/** What was just committed, unless the answer gets lost or spoiled. */
export function answer(
  { faults }: Mishaps,
  reply: FastifyReply,
  entity: object,
  code = 201,
): FastifyReply {
  const spoiling = faults.after();
  if (spoiling === 'lost') return cut(reply);
  if (spoiling === 'empty') return reply.code(204).send();
  const body = JSON.stringify({ d: spoiling === 'bare' ? bare(entity) : entity });
  const sent = spoiling === 'truncated' ? body.slice(0, body.length / 2) : body;
  return reply.code(code).type('application/json; charset=utf-8').send(sent);
}

/** The number alone; of a material document the header, with an empty collection of items. */
function bare(entity: object): object {
  if ('to_MaterialDocumentItem' in entity) {
    return { ...entity, to_MaterialDocumentItem: { results: [] } };
  }
  if ('to_JournalEntryItem' in entity) return { ...entity, to_JournalEntryItem: { results: [] } };
  const { ConfirmationGroup, ConfirmationCount, InspectionLot, QualityNotification } =
    entity as Record<string, unknown>;
  if (QualityNotification !== undefined) return { QualityNotification };
  if (InspectionLot !== undefined) return { InspectionLot };
  return { ConfirmationGroup, ConfirmationCount };
}

/** The smallest quantity that the books know. */
const thousandth = 1_000n;
type Confirmation = Read<typeof confirmationFields>;
type Document = Read<typeof documentFields>;
type StockPosting = Read<typeof stockPostingFields>;

/** What is posted of it: the same, or a thousandth more of yield. */
export function alteredConfirmation({ faults }: Mishaps, given: Confirmation): Confirmation {
  if (!faults.alters()) return given;
  const { ConfirmationYieldQuantity: good = 0n } = given;
  return { ...given, ConfirmationYieldQuantity: good + thousandth };
}

/** What is posted of it: the same, or a thousandth more of the first item. */
export function alteredDocument({ faults }: Mishaps, given: Document): Document {
  const [first, ...rest] = given.to_MaterialDocumentItem;
  if (!first || !faults.alters()) return given;
  const { QuantityInEntryUnit: all = 0n } = first;
  const altered = { ...first, QuantityInEntryUnit: all + thousandth };
  return { ...given, to_MaterialDocumentItem: [altered, ...rest] };
}

/** What is posted of it: the same, or a thousandth less. */
export function alteredPosting({ faults }: Mishaps, given: StockPosting): StockPosting {
  if (!faults.alters()) return given;
  return { ...given, InspLotQtyPosted: given.InspLotQtyPosted - thousandth };
}

/** Refuses a key that was found, where the sandbox is told to. */
export function checkUnknown({ faults }: Mishaps, key: string, found: readonly object[]): void {
  if (!faults.settings.uniqueKeys || found.length === 0) return;
  throw refusal('keyKnown', `Key ${key} stands in a document already`);
}

function cut(reply: FastifyReply): FastifyReply {
  reply.hijack();
  reply.raw.socket?.destroy();
  return reply;
}
