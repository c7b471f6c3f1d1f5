import { createHmac, randomBytes } from 'node:crypto';
import { Fault } from '../../shared/fault.ts';
import { type Field, invalid, optional, type Read } from '../../shared/field.ts';
import { type Person, spoken } from '../../shared/people.ts';
import { type Hashed, isPin, newSalt, pinCost, slowHash } from '../../shared/pin.ts';
import type { PeopleBook } from './file.ts';
import { openHashing } from './hashing.ts';
import { addressOf, type Lockout, unknownOf } from './lockout.ts';

/** A secret as it was typed; what is wrong with it is told without it. */
const secret = (doc: string, max: number): Field<string> => ({
  doc: `${doc} At most ${max} characters.`,
  schema: { type: 'string', minLength: 1, maxLength: max },
  read(value, name) {
    if (typeof value === 'string' && value !== '' && value.length <= max) return value;
    throw invalid(name, `must be a text of 1 to ${max} characters`);
  },
});
export const proofFields = {
  badge: optional(secret('Badge, as it is read.', 200)),
  name: optional(secret('Printed name or id, instead of the badge.', 200)),
  pin: secret('PIN.', 64),
};
export type Proof = Read<typeof proofFields>;

/** Throws Fault INVALID unless badge or name is there, and not both. */
export function checkProof({ badge, name }: Proof, at: string): void {
  if ((badge === undefined) !== (name === undefined)) return;
  throw invalid(`${at}.name`, 'or badge must be given, and not both');
}

type Parts = Readonly<{
  book: PeopleBook;
  lockout: Lockout;
  /** By the wall clock: what is written in the file of people ends by it. */
  nowMs: () => number;
  /**
   * Writes down a wrong try; of somebody known who is locked out by it, with that; and until when
   * the address is, if it is.
   */
  failed: (names: readonly string[], locked?: Locked, untilMs?: number) => void;
  check?: typeof isPin;
}>;
export type Locked = Readonly<{ person: string; tries: number; untilMs: number }>;
export type Prove = ReturnType<typeof openProof>;

const denied = (rule: string, why: string, untilMs?: number) =>
  new Fault('REFUSED', why, { rule, untilMs });

/**
 * Who somebody is. Whether a name is known is not told: an unknown one takes the same hash of the
 * same cost, is locked out the same, and is answered in the same words.
 */
export function openProof({ book, lockout, nowMs, failed, check: compare = isPin }: Parts) {
  const hashing = openHashing();
  const key = randomBytes(32);
  const nobody: Hashed = { ...pinCost, salt: newSalt(), hash: '0'.repeat(64) };
  const hidden = (text: string) => unknownOf(createHmac('sha256', key).update(text).digest('hex'));

  async function find({ badge, name }: Proof): Promise<[Person | undefined, string]> {
    if (badge === undefined) return [book.named(name!), hidden(`name ${spoken(name!)}`)];
    const { salt, ...cost } = book.badgeBy() ?? nobody;
    const hashed = await hashing(() => slowHash(badge, salt, cost));
    return [book.badged(hashed), hidden(`badge ${hashed}`)];
  }

  function checkLock(name: string): void {
    const untilMs = lockout.lockedUntil(name);
    if (untilMs === undefined) return;
    throw denied('locked', 'locked out after too many wrong tries: try again later', untilMs);
  }

  /** An administrator has forgiven what was tried before. */
  function clear({ id, clearedMs = 0 }: Person): void {
    if (clearedMs >= (lockout.lastMs(id) ?? Number.POSITIVE_INFINITY)) lockout.forgive(id);
  }

  async function check(person: Person | undefined, name: string, pin: string, address: string) {
    checkLock(name);
    // Counted before it is known whether it is right: many at once are many tries.
    const { tries, untilMs } = lockout.count(name);
    const here = lockout.count(address);
    const isRight = await hashing(() => compare(pin, person?.pin ?? nobody));
    if (isRight && person) {
      lockout.forgive(name);
      lockout.less(address);
      return person;
    }
    const locked = person && untilMs !== undefined && { person: person.id, tries, untilMs };
    failed([name, address], locked || undefined, here.untilMs);
    throw denied('wrong', 'name, badge or PIN is wrong');
  }

  /** Only who knows the PIN is told more. */
  function admit(person: Person): Person {
    if (person.locked) throw denied('locked', `${person.name} is locked by an administrator`);
    const { validUntilMs = Number.POSITIVE_INFINITY } = person;
    if (nowMs() < validUntilMs) return person;
    throw denied('expired', `${person.name} was let in until ${dayOf(validUntilMs)}`);
  }

  return {
    /** Throws Fault REFUSED (its rule: `wrong`, `locked`, `expired`), FULL if too many ask. */
    async byName(proof: Proof, station: string): Promise<Person> {
      const address = addressOf(station);
      checkLock(address);
      const [person, unknown] = await find(proof);
      if (person) clear(person);
      return admit(await check(person, person?.id ?? unknown, proof.pin, address));
    },

    /** The same of somebody who is signed in, by the PIN alone. */
    async byPin(person: Person, pin: string, station: string): Promise<Person> {
      const address = addressOf(station);
      checkLock(address);
      clear(person);
      return admit(await check(person, person.id, pin, address));
    },
  };
}

const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

/** Throws Fault REFUSED, its rule being `expired`, for whoever was not renewed in time. */
export function checkCredential({ name, credentialUntilMs }: Person, nowMs: number): void {
  if (nowMs < credentialUntilMs) return;
  const until = dayOf(credentialUntilMs);
  const why = `${name} cannot sign: the credentials on this box ended ${until} and must be renewed`;
  throw denied('expired', why, credentialUntilMs);
}
