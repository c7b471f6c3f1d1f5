import type { deskWays } from '../../shared/deskfact.ts';
import type { EndpointName } from '../../shared/endpoints.ts';
import { Fault } from '../../shared/fault.ts';

/** Who asks the desk, as far as that is proved. */
export type Asker = Readonly<{
  way: (typeof deskWays)[number];
  /** "person:17", "system:lims"; absent where nothing proves who it is. */
  name?: string | undefined;
  /** By what it is proved: a public NKey, the name of a token, a folder. */
  credential?: string | undefined;
}>;

/**
 * Acts by which money or quality moves, also those of the first of two persons. What only stops (a
 * hold, a no) never waits for a name to be proved, and what is only handed over moves nothing yet.
 */
const moving: ReadonlySet<EndpointName> = new Set<EndpointName>([
  ...(['retry', 'settle', 'edit', 'missing', 'approve', 'give-up', 'lift'] as const),
  ...(['release', 'dispose', 'approve-hold', 'rework', 'inspection'] as const),
  ...(['inspect-receipt', 'answer-claim', 'dispose-receipt', 'approve-receipt'] as const),
  ...(['approve-masters', 'draft-set', 'approve-set'] as const),
]);
export const movesSomething = (act: EndpointName): boolean => moving.has(act);

/** What was asked, with the name that is proved where none is given. */
export function named(given: unknown, { name }: Asker): unknown {
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  return isObject && name !== undefined && !('by' in given) ? { ...given, by: name } : given;
}

/** Throws Fault REFUSED for whoever asks in another name than is proved of them. */
export function checkName({ name }: Asker, by: string, label: string): void {
  if (name === undefined || name === by) return;
  throw new Fault('REFUSED', `${label}.by: must be ${name}, who is proved to ask, not ${by}`);
}

/** Throws Fault REFUSED for a name that must be proved and is not. */
export function checkProved({ name }: Asker, by: string, label: string): void {
  if (name !== undefined) return;
  const how = 'ask from an account of your own at the hub, or with a token';
  throw new Fault('REFUSED', `${label}.by: ${by} is not proved, and this act needs it: ${how}`);
}
