import type { PeopleFile, Person } from '../shared/people.ts';
import { table } from './progress.ts';

const dayMs = 86_400_000;
/** Whoever cannot sign any more within this time is named, days. */
export const soonDays = 7;

export const dayText = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

function stateOf({ left, locked, pin, validUntilMs }: Person, nowMs: number): string {
  if (left) return 'has left';
  if (locked) return 'locked';
  if (validUntilMs !== undefined && nowMs >= validUntilMs) return `until ${dayText(validUntilMs)}`;
  if (!pin) return 'no PIN yet';
  return validUntilMs === undefined ? '' : `valid until ${dayText(validUntilMs)}`;
}

/** Everybody, with what they may and until when they sign; no secret, not even hashed. */
export function listText({ people }: PeopleFile, nowMs: number): string {
  if (people.length === 0)
    return 'nobody is known yet: make the first with "holdfast people add"\n';
  const rows = people.map((person) => {
    const { id, name, roles, badges, credentialUntilMs } = person;
    const signs = person.left ? '' : dayText(credentialUntilMs);
    return [id, name, roles.join(', '), `${badges.length}`, signs, stateOf(person, nowMs)];
  });
  return `${table([['id', 'name', 'roles', 'badges', 'signs until', ''], ...rows])}\n`;
}

export function tokensText({ tokens }: PeopleFile): string {
  if (tokens.length === 0) return 'no program has a token\n';
  const rows = tokens.map(({ id, actors, backup, untilMs }) => [
    ...[id, actors.join(', '), backup ? 'backups' : ''],
    untilMs === undefined ? '' : dayText(untilMs),
  ]);
  return `${table([['token', 'speaks for', 'may', 'until'], ...rows])}\n`;
}

/** What an administrator should do something about. */
export const warningsOf = ({ people }: PeopleFile, nowMs: number): string[] =>
  people
    .filter(({ left, locked }) => !left && !locked)
    .flatMap(({ id, name, pin, credentialUntilMs }) => {
      const who = `${id} (${name})`;
      if (!pin) return [`${who} has no PIN and cannot sign in: holdfast people pin ${id}`];
      const until = dayText(credentialUntilMs);
      const renew = `holdfast people renew ${id}`;
      if (nowMs >= credentialUntilMs) return [`${who} cannot sign since ${until}: ${renew}`];
      const isSoon = nowMs >= credentialUntilMs - soonDays * dayMs;
      return isSoon ? [`${who} can sign until ${until}: ${renew}`] : [];
    });
