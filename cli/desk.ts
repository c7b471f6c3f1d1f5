import { parseArgs } from 'node:util';
import { dryRunText, listText, showText } from '../shared/desktext.ts';
import { invalid } from '../shared/field.ts';
import type { DeskList, DeskPosting, DryRun } from '../shared/parked.ts';
import { askCentral, tell, urlIn } from './central.ts';

export const usage = `holdfast desk --central URL
holdfast desk show KEY --central URL
holdfast desk retry|settle|give-up KEY --central URL --by NAME --reason TEXT
holdfast desk retry KEY --dry-run --central URL
holdfast desk edit KEY --set NAME=VALUE --central URL --by NAME --reason TEXT
holdfast desk missing KEY … --central URL --by NAME --reason TEXT
holdfast desk approve|reject KEY … --central URL --by NAME --reason TEXT

Looks after postings that could not be posted, and those that the ERP has lost. Without more, lists
those that wait for a person.

  show KEY          what it would post, every try, what was said of it, what would have to be undone
                    before, and what the gate says now
  retry KEY         once more, under its key: it is looked up first, and posted only if not there;
                    with --dry-run only says what that would do, and changes nothing
  settle KEY        it is in the ERP already, under --document NUMBER
  give-up KEY       it shall not be posted; what waits behind it goes on
  edit KEY          it shall say something else: proposed, and nothing changes yet
  missing KEY …     it is posted, and the ERP has lost it, as after a restored backup: proposed to
                    be posted again, and nothing changes yet
  approve KEY …     another person says yes. An edit: it says so from now on, and is still parked.
                    A missing one: it is looked up, and sent under its key only if it is not there
  reject KEY …      somebody says no
  --set NAME=VALUE  operation, unit, yield, scrap or rework of a confirmation; material, unit or
                    quantity of a goods movement; as often as needed
  --dry-run         with retry: what the gate says now, what would be sent, what a look-up finds
  --central URL     central's address, e.g. http://127.0.0.1:8090
  --by NAME         who says so, e.g. person:17; kept with the reason, and never changed
  --reason TEXT     why
  --document NUMBER the document's number in the ERP
  --json            for programs

Exit code 0: done, or told. 1: refused, in words. 2: central was not reached.
`;

const acts = {
  ...({ retry: 'retry', settle: 'settle', 'give-up': 'giveUp', missing: 'missing' } as const),
  ...({ edit: 'edit', approve: 'approve', reject: 'reject' } as const),
};
/** A look-up of the ERP takes a few of its time-outs at most. */
const dryRunMaxMs = 120_000;
/** What may be said of several postings at once, each by itself, in the order of their keys. */
const several = ['missing', 'approve', 'reject'];

/** `--set` as an object. Throws Fault INVALID for one without a name or a value. */
function changesOf(sets: readonly string[]): Record<string, string> {
  const pairs = sets.map((text) => {
    const at = text.indexOf('=');
    if (at < 1 || at === text.length - 1) throw invalid('--set', `must be NAME=VALUE, not ${text}`);
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
  return Object.fromEntries(pairs);
}

/** Exit code where it could not be done. */
export const failed = 2;

/** The command line; returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...{ central: text, by: text, reason: text, document: text },
      set: { type: 'string', multiple: true },
      'dry-run': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const { central, by, reason, document, set, json } = values;
  const way = { command: 'desk', json };
  const [what, ...keys] = positionals;
  const url = urlIn(central, '--central');
  if (what === undefined) return tell(way, await askCentral<DeskList>(url, '/v1/desk'), listText);
  if (what !== 'show' && !Object.hasOwn(acts, what)) {
    throw invalid('desk', `must be show, ${Object.keys(acts).join(', ')}, not ${what}`);
  }
  const [key] = keys;
  if (key === undefined || (keys.length > 1 && !several.includes(what))) {
    throw invalid('KEY', 'must be the key of one posting');
  }
  const path = (of: string) => `/v1/desk/${encodeURIComponent(of)}`;
  if (what === 'show') return tell(way, await askCentral<DeskPosting>(url, path(key)), showText);
  if (values['dry-run']) {
    if (what !== 'retry') throw invalid('--dry-run', `is for retry, not for ${what}`);
    const told = await askCentral<DryRun>(url, `${path(key)}/dryRun`, undefined, dryRunMaxMs);
    return tell(way, told, dryRunText);
  }
  const name = acts[what as keyof typeof acts];
  const changes = name === 'edit' ? { changes: changesOf(set ?? []) } : {};
  const body = { by, reason, ...changes, ...(document === undefined ? {} : { document }) };
  let code = 0;
  for (const one of keys) {
    const told = await askCentral<DeskPosting>(url, `${path(one)}/${name}`, body);
    code = Math.max(code, tell(way, told, showText));
  }
  return code;
}
