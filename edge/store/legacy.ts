import { Fault } from '../../shared/fault.ts';
import { text } from '../../shared/field.ts';
import { edition } from '../../statecharts/edition.ts';
import type { Contents } from './contents.ts';
import { readMemory } from './memory.ts';
import type { Store } from './store.ts';

/** What an upgrade to this program would do with a store. */
export type Way =
  | 'same' // nothing: the same charts have judged it
  | 'read' // these charts come to the same state: it is stated
  | 'carried' // they do not: the state is stated that the old ones left
  | 'refused'; // they do not, and the old ones have left none to go on from

/** Why a store's facts do not lead these charts to the state that was stored with them. */
export type Trouble = Readonly<{
  failure: string; // of the first line that has one
  damaged: boolean; // a link or the bytes of a fact, not only what it means
}>;

/** What stores say that were written before editions were kept. */
const unknown = 'unknown';

const named = text('Charts by their names and versions.', 500);

/** The charts that have judged the newest facts of the store; unknown if nobody can read which. */
export function judgedBy(snapshots: Store['snapshots']): string {
  try {
    return named.read(snapshots.edition()?.charts ?? unknown, 'edition');
  } catch (error) {
    if (error instanceof Fault) return unknown;
    throw error;
  }
}

/**
 * The state that the old charts left, for these to go on from. Throws Fault CONFLICT where there is
 * none or the store is damaged, and Fault CORRUPT where these charts do not know a state in it.
 */
export function leftBehind(snapshots: Store['snapshots'], trouble: Trouble): Contents {
  const from = judgedBy(snapshots);
  const snapshot = trouble.damaged ? undefined : snapshots.left(from);
  if (snapshot) return readMemory(snapshot.memory);
  const advice = trouble.damaged
    ? 'mend the store first'
    : 'start the release that wrote the store, stop it in good order, and upgrade again';
  const no = `charts: no way from ${from} to ${edition}`;
  throw new Fault('CONFLICT', `${no}: ${trouble.failure}; ${advice}`);
}

/** The way that an upgrade would go, and why it would refuse. */
export function wayOf(
  snapshots: Store['snapshots'],
  trouble: Trouble | undefined,
): Readonly<{ way: Way; refusal?: string }> {
  if (judgedBy(snapshots) === edition) return { way: 'same' };
  if (!trouble) return { way: 'read' };
  try {
    leftBehind(snapshots, trouble);
    return { way: 'carried' };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { way: 'refused', refusal: error.message };
  }
}
