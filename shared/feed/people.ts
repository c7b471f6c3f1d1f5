import { createHmac } from 'node:crypto';

/** How the feed tells of people: by pseudonyms, or as the facts state it. */
export const peopleWays = ['pseudonyms', 'stated'] as const;

/** Bytes of the key by which pseudonyms are made. */
export const pepperBytes = 32;
const prefix = 'person:';
const mark = '~';
const letters = 16;

/** Fields that hold who somebody is; in every body, also of facts that we do not know. */
const whoKeys = new Set(['person', 'people', 'credential']);
/** Fields of facts about people that would name them, or where they sit: left out. */
export const withheldKeys: ReadonlySet<string> = new Set(['name', 'station']);
/** Facts about people themselves. */
export const isAboutPeople = (type: string): boolean => type.startsWith('Person');

type Body = Readonly<Record<string, unknown>>;

/**
 * Hides people in a fact: `person:17` is `person:~` and 16 letters, the same for one person always
 * and for nobody else, which nobody can take back without the key; and printed names are left out.
 * What people typed (reasons) stays as it is.
 */
export function openMask(pepper: Uint8Array) {
  function pseudonym(text: string): string {
    const isPrefixed = text.startsWith(prefix);
    const who = isPrefixed ? text.slice(prefix.length) : text;
    const sum = createHmac('sha256', pepper).update(who).digest('base64url');
    return `${isPrefixed ? prefix : ''}${mark}${sum.slice(0, letters)}`;
  }

  function masked(value: unknown, isWho: boolean, drops: boolean): unknown {
    if (typeof value === 'string') {
      return isWho || value.startsWith(prefix) ? pseudonym(value) : value;
    }
    if (Array.isArray(value)) return value.map((item) => masked(item, isWho, drops));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).filter(([key]) => !(drops && withheldKeys.has(key)));
    return Object.fromEntries(
      entries.map(([key, one]) => [key, masked(one, isWho || whoKeys.has(key), drops)]),
    );
  }

  return {
    actor: (actor: string): string => (actor.startsWith(prefix) ? pseudonym(actor) : actor),
    /** A body in plain JSON. */
    body: (type: string, body: Body): Body => masked(body, false, isAboutPeople(type)) as Body,
  };
}
export type Mask = ReturnType<typeof openMask>;
