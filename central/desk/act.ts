import type { About } from '../../shared/deskfact.ts';
import type { EndpointName } from '../../shared/endpoints.ts';
import { Fault } from '../../shared/fault.ts';
import { type Fields, fallback, flag, type Read } from '../../shared/field.ts';
import { type Asker, checkName, checkProved, movesSomething } from './asker.ts';
import type { Board } from './board.ts';
import type { First } from './deeds.ts';
import { type Operation, operation } from './operation.ts';

/** Of everything that acts. */
export const dryRun = fallback(
  flag('True: says what would come of it, and changes nothing.'),
  false,
);

type Told<F extends Fields> = {
  name: EndpointName;
  doc: string;
  /** `by` is among them. */
  fields: F;
  /** Does it, or throws a Fault; answers how things stand then. */
  does: (asked: Read<F>) => object;
  /** What it is about, the first foremost; by the answer. */
  about: (asked: Read<F>, answer: never) => readonly (About | undefined)[];
  /** What came of it, in words. */
  outcome?: (answer: never) => string;
  /** What was proposed of which thing, where this decides it. */
  decides?: (asked: Read<F>) => Readonly<{ about: About; acts: readonly EndpointName[] }>;
  /** What a dry run answers, where that is more than what would come of it. */
  trial?: (asked: Read<F>) => unknown;
  text: (answer: never) => string;
};
type Said = Readonly<{ by: string; reason?: string; dryRun: boolean }>;
type Recorded = Readonly<{ recorded?: number; proved: boolean }>;

/** What stands in the fact beside who, why, and what it is about. */
function restOf(asked: Said, about: readonly About[]): object {
  const { by: _, reason: _reason, dryRun: _dryRun, ...rest } = asked;
  const known = new Set(about.map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(rest).filter(([, value]) => typeof value !== 'string' || !known.has(value)),
  );
}

const words = ({ recorded, proved }: Recorded): string => {
  const act = recorded === undefined ? '' : `act ${recorded} at the desk; `;
  return `${act}the name is ${proved ? 'proved' : 'not proved'}\n`;
};

/**
 * Something that is done at the desk: whoever asks in another name than their own is refused, and
 * with what is done goes its fact, in one transaction. A dry run is refused alike, and leaves none.
 */
export function act<F extends Fields>(board: Board, told: Told<F>): Operation {
  const { name, doc, does, decides, trial, text } = told;
  const about = told.about as (asked: Read<F>, answer: object) => readonly (About | undefined)[];
  const outcome = (told.outcome ?? (() => 'done')) as (answer: object) => string;

  /** Who has proposed it; theirs must be proved where one's own must be. */
  function firstOf(asked: Read<F>): First | undefined {
    const decided = decides?.(asked);
    if (!decided) return undefined;
    const first = board.deeds.last(decided.about, decided.acts);
    if (!board.demandsProof() || !movesSomething(name) || first?.proved) return first;
    const who = first?.by ?? 'whoever has proposed it';
    const advice = 'reject it, and propose it anew';
    throw new Fault('REFUSED', `by: of ${who}, who has proposed it, no name is proved: ${advice}`);
  }

  function answer(asked: Read<F>, asker: Asker, label: string): unknown {
    const said = asked as unknown as Said;
    const { by, reason } = said;
    checkName(asker, by, label);
    if (board.demandsProof() && movesSomething(name)) checkProved(asker, by, label);
    const proved = asker.name !== undefined;
    if (said.dryRun) {
      const would = board.rehearse(() => {
        const come = does(asked);
        firstOf(asked);
        return come;
      });
      return trial ? trial(asked) : { ...would, dryRun: true, proved };
    }
    return board.together(() => {
      const come = does(asked);
      const first = firstOf(asked);
      const things = about(asked, come).filter((one) => one !== undefined);
      const rest = restOf(said, things);
      const deed = { act: name, by, reason, asker, about: things, first, asked: rest };
      const recorded = board.deeds.add({ ...deed, outcome: outcome(come) });
      return { ...come, recorded, proved };
    });
  }

  return operation({
    ...{ name, doc, fields: { ...told.fields, dryRun }, answer: answer as never },
    text(given: object & Partial<Recorded>) {
      const { recorded, proved, ...rest } = given;
      const own = text(rest as never);
      return proved === undefined ? own : `${own}${words({ recorded, proved } as Recorded)}`;
    },
  });
}
