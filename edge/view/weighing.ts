import { type Command, type CommandType, commands } from '../../shared/command.ts';
import type { Fault } from '../../shared/fault.ts';
import type { Roster } from '../line/roster.ts';
import type { Disk } from '../store/disk.ts';

/** Who looks at the screen; `roles` names them in one text, `mayAsk` is what they allow. */
export type Viewer = Readonly<{
  id: string;
  roles: string;
  mayAsk: (type: CommandType) => boolean;
}>;
/** Nobody is signed in where people must be: `none`. Where nobody need be, there is no viewer. */
export type Watching = Viewer | 'none' | undefined;

/** What a command would be about, and with which body it is weighed. */
export type Wish = Readonly<{
  action: CommandType;
  order?: string;
  operation?: string;
  lot?: string;
  run?: string;
  hold?: string;
  inspection?: string;
  body: object;
}>;
export type Verdict = Readonly<{ allowed: boolean; rule: string | null; reason: string | null }>;

/** No id can be a blank: it names what is not there yet. */
export const unnamed = ' ';
/** Who asks while nobody is known. */
const somebody = 'person:';

const fine: Verdict = { allowed: true, rule: null, reason: null };
const no = (rule: string, reason: string): Verdict => ({ allowed: false, rule, reason });

type Parts = {
  roster: Roster;
  barred: (line: string) => Fault | undefined;
  disk: Pick<Disk, 'refusal'>;
};
export type Weigh = (line: string, wish: Wish, actor?: string) => Verdict;

function commandOf(line: string, { action, body, ...about }: Wish, actor: string): Command {
  const { order, operation, lot } = about;
  const context = {
    ...(order === undefined ? {} : { order }),
    ...(operation === undefined ? {} : { operation }),
    ...(lot === undefined ? {} : { lot }),
  };
  const ids = { commandId: unnamed, correlationId: unnamed, actor };
  const statement = { ...context, ...ids, type: commands[action], version: 1, body };
  return { commandId: unnamed, line, command: action, statement } as Command;
}

/**
 * Whether a line would accept a command now, by the charts' own guards, the plant's policy, the
 * disk and whether it may write at all. Nothing is stored by it.
 */
export function openWeighing({ roster, barred, disk }: Parts): Weigh {
  return (line, wish, actor = somebody) => {
    const bar = barred(line);
    if (bar) return no('barred', bar.message);
    const command = commandOf(line, wish, actor);
    const full = disk.refusal(command);
    if (full !== undefined) return no('disk', full);
    const fault = roster.actor(line).weigh(command);
    if (!fault) return fine;
    const rule = fault.rule ?? (fault.code === 'CORRUPT' ? 'failed' : 'refused');
    return no(rule, fault.message);
  };
}

/** The verdict for whoever looks: nobody signed in may do nothing, and roles come first. */
export function forViewer(verdict: Verdict, action: CommandType, watching: Watching): Verdict {
  if (watching === undefined) return verdict;
  if (watching === 'none') return no('signIn', 'sign in first');
  if (watching.mayAsk(action)) return verdict;
  return no('role', `${watching.id} has no role that may ask ${action}`);
}
