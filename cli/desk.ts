import { parseArgs } from 'node:util';
import { dryRunText, listText, showText } from '../shared/desktext.ts';
import type { EndpointName } from '../shared/endpoints.ts';
import { type Explained, explainText } from '../shared/explained.ts';
import { invalid } from '../shared/field.ts';
import type { DeskList, DeskPosting, DryRun } from '../shared/parked.ts';
import { plainText } from '../shared/table.ts';
import { type Traced, traceText } from '../shared/tracetext.ts';
import { type Asking, asking, whereOptions, whereUsage } from './asking.ts';
import { tell } from './central.ts';
import { traceMaxMs } from './trace.ts';

export const usage = `holdfast desk --central URL
holdfast desk health|lag|lines|line LINE|order ORDER|explain EVENT_ID|trace ID --central URL
holdfast desk show KEY --central URL
holdfast desk retry|settle|give-up KEY --central URL --by NAME --reason TEXT
holdfast desk retry KEY --dry-run --central URL
holdfast desk edit KEY --set NAME=VALUE --central URL --by NAME --reason TEXT
holdfast desk missing KEY … --central URL --by NAME --reason TEXT
holdfast desk approve|reject KEY … --central URL --by NAME --reason TEXT

Looks after postings that could not be posted, and those that the ERP has lost. Without more, lists
those that wait for a person. With --nats in place of --central the same is asked over NATS.

  health            whether anything waits for a person, in words
  lag               how far central is behind each line, the worst first
  lines             every line, and when its edge was heard
  line LINE         one line, with its open postings and its epochs
  order ORDER       one order over all lines
  explain EVENT_ID  what central makes of one fact
  trace ID          the whole story of any id: see holdfast trace
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
  --limit N         with lag, lines, trace, or the list: most rows in one answer
  --after NEXT      with the same: goes on behind what the answer before has named as its next
  --set NAME=VALUE  operation, unit, yield, scrap or rework of a confirmation; material, unit or
                    quantity of a goods movement; as often as needed
  --dry-run         says what would come of it, and changes nothing
${whereUsage}
  --by NAME         who says so, e.g. person:17; kept with the reason, and never changed. Proved
                    by the account of one's own at the hub or by a token, else only a name
  --reason TEXT     why
  --document NUMBER the document's number in the ERP
  --json            for programs

Exit code 0: done, or told. 1: refused, in words. 2: central was not reached.
`;

const acts = ['retry', 'settle', 'give-up', 'missing', 'edit', 'approve', 'reject'] as const;
type Sight = Readonly<{ field?: string; text: (told: unknown) => string; maxMs?: number }>;
/** What is only looked at: the field that is named, if one is, and how it is told. */
const sights = {
  health: { text: plainText },
  lag: { text: plainText },
  lines: { text: plainText },
  line: { field: 'line', text: plainText },
  order: { field: 'order', text: plainText },
  explain: { field: 'eventId', text: (told: unknown) => explainText(told as Explained) },
  trace: { field: 'id', text: (told: unknown) => traceText(told as Traced), maxMs: traceMaxMs },
  show: { field: 'key', text: (told: unknown) => showText(told as DeskPosting) },
} as const satisfies Partial<Record<EndpointName, Sight>>;
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

const text = { type: 'string' } as const;
const options = {
  ...whereOptions,
  ...{ by: text, reason: text, document: text, limit: text, after: text },
  set: { type: 'string', multiple: true },
  'dry-run': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;
type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

async function look(
  { ask }: Asking,
  what: keyof typeof sights,
  names: readonly string[],
  { limit, after, json = false }: Values,
): Promise<number> {
  const { field, text: words, maxMs }: Sight = sights[what];
  if (names.length !== (field === undefined ? 0 : 1)) {
    throw invalid(`desk ${what}`, field === undefined ? 'takes no name' : `takes one ${field}`);
  }
  const asked = { limit, after, ...(field === undefined ? {} : { [field]: names[0] }) };
  return tell({ command: 'desk', json }, await ask<unknown>(what, asked, maxMs), words);
}

async function act(
  { ask }: Asking,
  name: (typeof acts)[number],
  keys: readonly string[],
  { by, reason, document, set, json = false, 'dry-run': dryRun = false }: Values,
): Promise<number> {
  const way = { command: 'desk', json };
  const isTrial = dryRun && name === 'retry';
  const changes = name === 'edit' ? { changes: changesOf(set ?? []) } : {};
  const said = { by, reason, ...changes, ...(document === undefined ? {} : { document }) };
  let code = 0;
  for (const key of keys) {
    const told = isTrial
      ? tell(way, await ask<DryRun>('dry-run', { key }, dryRunMaxMs), dryRunText)
      : tell(way, await ask<DeskPosting>(name, { key, ...said, dryRun }), showText);
    code = Math.max(code, told);
  }
  return code;
}

/** The command line; returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  const [what, ...names] = positionals;
  const { json, limit, after } = values;
  const name = acts.find((known) => known === what);
  const isSight = what !== undefined && Object.hasOwn(sights, what);
  if (what !== undefined && name === undefined && !isSight) {
    const known = [...Object.keys(sights), ...acts].join(', ');
    throw invalid('desk', `must be one of ${known}, not ${what}`);
  }
  if (name && (names.length === 0 || (names.length > 1 && !several.includes(name)))) {
    throw invalid('KEY', 'must be the key of one posting');
  }
  return asking(values, async (central) => {
    if (name) return act(central, name, names, values);
    if (isSight) return look(central, what as keyof typeof sights, names, values);
    const parked = await central.ask<DeskList>('parked', { limit, after });
    return tell({ command: 'desk', json }, parked, listText);
  });
}
