import { invalid } from '../../shared/field.ts';
import { alarmLists, entriesOf } from './alarms.ts';
import type { CounterRule } from './counter.ts';
import type { Wanted } from './happening.ts';
import { type Counter, type Mapping, tagsMax, type Unit } from './mapping.ts';

/** What is read of a server for one unit. */
export type Tag = Readonly<{
  unit: string;
  tag: string; // "counter good", "state", "state machine", "mode" …
  at: Address;
  /** What of a structure or an array is meant. */
  select?: Select | undefined;
  needs: 'integer' | 'number' | 'boolean' | 'any';
  /** A pulse that is held so long, ms: its server must look twice as often. */
  heldMs?: number | undefined;
  /** Events and not values are told: these of the node's. */
  events?: Wanted | undefined;
  optional: boolean; // its absence is no mismatch
}>;
/** One field of one structure; or so many alarms of a list, as the JSON of `AlarmEntry[]`. */
export type Select =
  | Readonly<{ index: number; field: 'count' | 'accCount' | 'id' }>
  | Readonly<{ alarms: number }>;
/** Names from the Objects folder on, or a node's identifier; namespaces as their URI. */
export type Address =
  | Readonly<{ path: readonly Readonly<{ uri: string; name: string }>[] }>
  | Readonly<{ uri: string; id: string }>;

const base = 'http://opcfoundation.org/UA/';
const packml = 'http://opcfoundation.org/UA/PackML/';

/** An address as it is written in a mapping; throws Fault INVALID that says what is wrong. */
export function addressOf(
  written: string,
  namespaces: ReadonlyMap<string, string>,
  name: string,
): Address {
  const uriOf = (alias: string): string => {
    const uri = alias === 'ua' ? base : alias === 'pk' ? packml : undefined;
    const known = namespaces.get(alias) ?? uri;
    if (known !== undefined) return known;
    throw invalid(name, `${alias} is no namespace of the mapping`);
  };
  if (written.startsWith('/')) {
    const path = written
      .slice(1)
      .split('/')
      .map((step) => {
        const cut = step.indexOf(':');
        if (cut > 0 && cut < step.length - 1) {
          return { uri: uriOf(step.slice(0, cut)), name: step.slice(cut + 1) };
        }
        throw invalid(name, `${step} must be a namespace, ":" and a name`);
      });
    return { path };
  }
  const [, alias, id] = /^([A-Za-z][\w-]*);([sigb]=.+)$/s.exec(written) ?? [];
  if (alias === undefined || id === undefined) {
    throw invalid(name, 'must begin with "/", or be a namespace, ";" and "s=…", "i=…" or "g=…"');
  }
  return { uri: uriOf(alias), id };
}

/** Everything that a mapping wants to be read. Throws Fault INVALID for more than 500 tags. */
export function tagsOf(mapping: Mapping, name: string): Tag[] {
  const tags = [...mapping.units].flatMap(([unit, given]) => {
    const at = (written: string, tag: string) =>
      addressOf(written, mapping.namespaces, `${name}.units.${unit}: ${tag}`);
    const values = [...written(given)].map(({ where, ...tag }) => {
      return { unit, ...tag, at: at(where, tag.tag) };
    });
    const events = [...given.events].map(
      ([event, { at: where, severity, sources, types }]): Tag => {
        const tag = `events ${event}`;
        const wanted = { severity, sources, types: types.map((type) => typeOf(at(type, tag))) };
        return { unit, tag, at: at(where, tag), needs: 'any', optional: false, events: wanted };
      },
    );
    return [...values, ...events];
  });
  if (tags.length <= tagsMax) return tags;
  throw invalid(name, `must have at most ${tagsMax} tags, has ${tags.length}`);
}

/** An EventType as it is compared: "http://opcfoundation.org/UA/;i=2041". */
function typeOf(at: Address): string {
  if ('id' in at) return `${at.uri};${at.id}`;
  throw invalid('types', 'must be identifiers of nodes, e.g. "m;i=1003", and no paths');
}

type Written = Omit<Tag, 'unit' | 'at'> & { where: string };
const needed = { optional: false } as const;

function* written(unit: Unit): Generator<Written> {
  yield* profileTags(unit);
  // What says whose a count is comes before the counts.
  if (unit.job) yield { tag: 'job', where: unit.job.at, needs: 'any', ...needed };
  for (const [counter, { lotAt }] of unit.counters) {
    if (lotAt) yield { tag: `consumed ${counter}`, where: lotAt, needs: 'any', ...needed };
  }
  for (const [counter, given] of unit.counters) {
    if (given.derive) continue;
    const tag = `counter ${counter}`;
    if (given.pulse) {
      const { at: where, heldMs } = given.pulse;
      yield { tag, where, needs: 'boolean', heldMs, ...needed };
      continue;
    }
    const needs = given.decimals > 0 ? 'number' : 'integer';
    yield { tag, needs, ...needed, ...placeOf(unit, given) };
  }
  for (const [result, { at, sequence }] of unit.results) {
    yield { tag: `result ${result}`, where: at, needs: 'any', ...needed };
    yield { tag: `sequence ${result}`, where: sequence, needs: 'integer', ...needed };
  }
  for (const [level, { at }] of unit.levels) {
    yield { tag: `level ${level}`, where: at, needs: 'number', ...needed };
  }
  yield* alarmTags(unit);
  if (unit.state) yield { tag: 'state', where: unit.state.at, needs: 'any', ...needed };
  if (unit.mode) yield { tag: 'mode', where: unit.mode.at, needs: 'integer', ...needed };
  if (unit.lot) yield { tag: 'lot', where: unit.lot.at, needs: 'any', ...needed };
  if (unit.stopReason) {
    yield { tag: 'stop reason', where: unit.stopReason.at, needs: 'any', ...needed };
  }
}

/** PackML's lists of alarms. */
function* alarmTags(unit: Unit): Generator<Written> {
  const { profile, root = '' } = unit;
  for (const list of alarmLists) {
    const entries = entriesOf(unit, list);
    const name = list === 'alarm' ? 'Alarm' : 'Warning';
    if (profile === 'packml-opc30050' && entries > 0) {
      const where = `${root}/pk:Admin/pk:${name}`;
      yield { tag: `${list}s`, where, select: { alarms: entries }, needs: 'any', optional: false };
    }
    for (let index = 0; profile === 'packml-tags' && index < entries; index++) {
      for (const field of ['ID', 'Value', 'Message', 'Trigger']) {
        const where = under(root, `Admin.${name}[${index}].${field}`);
        const tag = `${list} ${index} ${field.toLowerCase()}`;
        yield { tag, where, needs: 'any', optional: field !== 'ID' };
      }
    }
  }
}

function* profileTags({ profile, root = '', ...unit }: Unit): Generator<Written> {
  const any = { needs: 'any', optional: false } as const;
  const whole = { needs: 'integer', optional: false } as const;
  if (profile === 'packml-tags') {
    yield { tag: 'state', where: under(root, 'Status.StateCurrent'), ...whole };
    if (!unit.mode) yield { tag: 'mode', where: under(root, 'Status.UnitModeCurrent'), ...whole };
  }
  if (profile !== 'packml-opc30050') return;
  const machine = `${root}/pk:BaseStateMachine/pk:MachineState`;
  const current = 'ua:CurrentState/ua:Id';
  yield { tag: 'state', where: `${root}/pk:BaseStateMachine/${current}`, ...any };
  yield { tag: 'state machine', where: `${machine}/${current}`, ...any };
  yield { tag: 'state execute', where: `${machine}/pk:ExecuteState/${current}`, ...any };
  if (!unit.mode) yield { tag: 'mode', where: `${root}/pk:Status/pk:UnitModeCurrent`, ...whole };
  if (unit.stopReason) return;
  const where = `${root}/pk:Admin/pk:StopReason`;
  const select = { index: 0, field: 'id' } as const;
  yield { tag: 'stop reason', where, select, needs: 'any', optional: true };
}

function placeOf(
  { profile, root = '' }: Unit,
  { at, from = '', index, field }: Counter,
): Pick<Written, 'where' | 'select'> {
  if (at !== undefined) return { where: at };
  if (profile === 'packml-opc30050') {
    return { where: `${root}/pk:Admin/pk:${from}`, select: { index, field } };
  }
  const name = field === 'count' ? 'Count' : 'AccCount';
  return { where: under(root, `Admin.${from}[${index}].${name}`) };
}

/**
 * A PackTag under its root: "m;s=Line1." and "/m:Line1." go on as they are, "/m:Line1/" with a
 * level for each part, in the namespace of the step before.
 */
export function under(root: string, tag: string): string {
  if (!root.endsWith('/')) return `${root}${tag}`;
  const alias = root.slice(0, -1).split('/').at(-1)!.split(':')[0];
  return `${root}${tag
    .split('.')
    .map((step) => `${alias}:${step}`)
    .join('/')}`;
}

/** How a counter of the mapping counts. */
export const ruleOf = ({ bits, maxPerSec = 0, slack, resetTo, decimals }: Counter): CounterRule => {
  const scale = 10n ** BigInt(decimals);
  return {
    modulus: 2n ** BigInt(bits) * scale,
    maxPerSec: maxPerSec * 10 ** decimals,
    slack: slack * 10 ** decimals,
    resetTo: BigInt(resetTo) * scale,
    decimals,
  };
};
