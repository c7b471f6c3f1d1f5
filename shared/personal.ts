import { choice, id, integer, text } from './field.ts';
import { instantMs } from './vocabulary.ts';

const person = id('Who, e.g. "person:17".', 64);
/** Longest printed name, characters. */
export const nameMax = 60;
const name = id('Printed name, as it was then (21 CFR 11.50).', nameMax);
/** Longest meaning of a signature, characters. */
export const meaningMax = 100;

/** Why somebody is signed in no more. */
export const ends = ['asked', 'idle', 'ended'] as const;

/** What the edge states of people at its screens, itself, in their name. */
export const peopleBodies = {
  PersonSignedIn: { person, name, station: text('Where: the address of the screen.', 64) },
  PersonSignedOut: {
    person,
    why: choice('By their own wish, after standing still, or at the end of its time.', ends),
  },
  PersonSigned: {
    person,
    name,
    meaning: text('Meaning of the signature, e.g. "approved".', meaningMax),
    fact: id('Event id of the fact that is signed.', 64),
    hash: id("SHA-256 of the signed fact's stored bytes, hexadecimal.", 64),
    components: integer('1: the PIN alone, within a session; 2: name or badge, and PIN.', 1, 2),
    credentialUntilMs: instantMs('Until when the box could tell who signs, Unix ms.'),
  },
  PersonLockedOut: {
    tries: integer('Wrong tries in a row.', 1, 1_000_000),
    untilMs: instantMs('Until when nobody is let in by this name, Unix ms.'),
  },
};
