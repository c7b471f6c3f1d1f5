import type { Content } from '../shared/event.ts';
import type { MasterVersion } from '../shared/master.ts';
import {
  type ContentOf,
  type ReferenceKind,
  type ReferenceVersion,
  versionText,
} from '../shared/reference.ts';

/** Reference data as it stands by one change set. */
export type InForce = Readonly<{
  /** The version of a record that is in force; undefined for a record that is not known. */
  current(kind: ReferenceKind, record: string): string | undefined;
  /** What a version says that is, or ever was, in force; undefined where it never was. */
  contentOf<K extends ReferenceKind>(
    kind: K,
    record: string,
    version: string,
  ): ContentOf<K> | undefined;
}>;

/** What an order is, as its release has told. */
export type Released = Readonly<{ material: string; versions: readonly MasterVersion[] }>;

/** Why it may not be: the name of the rule, and words for a person. */
export type Objection = Readonly<{ rule: GuardRule; reason: string }>;
export const guardRules = [
  'versionLacking', // the order names a version that is not known
  'recordBlocked', // a record of the order is blocked
  'itemRevision', // another revision of the item is in force
  'operatorQualified', // who asks is not qualified for the work centre
  'component', // the material is no component of the order
  'lotNumber', // the lot's number is none of its item
] as const;
type GuardRule = (typeof guardRules)[number];

/** Facts that the guard is asked about. */
const guarded = ['OperationStarted', 'MaterialConsumed', 'LotProduced'] as const;
export type Guarded = Content<(typeof guarded)[number]>;
export const isGuarded = (fact: Content): fact is Guarded =>
  (guarded as readonly string[]).includes(fact.type);

type Rule = (known: InForce, order: Released, fact: Guarded) => Objection | undefined;

const objection = (rule: GuardRule, reason: string): Objection => ({ rule, reason });
const named = ({ versions }: Released, kind: ReferenceKind): MasterVersion | undefined =>
  versions.find((one) => one.kind === kind);

const versionLacking: Rule = (known, { versions }) => {
  const lacking = versions.find(
    ({ kind, record, version }) => known.contentOf(kind, record, version) === undefined,
  );
  return lacking && objection('versionLacking', `${versionText(lacking)} is lacking here`);
};

/** The record as the order names it, and as it is now: either may be blocked. */
const recordBlocked: Rule = (known, order) => {
  const item: ReferenceVersion[] = named(order, 'item')
    ? []
    : [{ kind: 'item', record: order.material, version: '' }];
  for (const { kind, record, version } of [...order.versions, ...item]) {
    const now = known.current(kind, record);
    for (const one of new Set([version, now])) {
      const content = one === undefined ? undefined : known.contentOf(kind, record, one);
      if (content?.status === 'blocked') {
        const what = versionText({ kind, record, version: one! });
        return objection('recordBlocked', `${what} is blocked`);
      }
    }
  }
  return undefined;
};

const itemRevision: Rule = (known, order) => {
  const item = named(order, 'item');
  if (!item) return undefined;
  const now = known.current('item', item.record);
  if (now === undefined || now === item.version) return undefined;
  if (known.contentOf('item', item.record, now)?.earlier === 'allowed') return undefined;
  const words = `is made by revision ${item.version} of ${item.record}, and ${now} is in force`;
  return objection('itemRevision', `the order ${words}`);
};

/** A machine is what it is: only a person can lack a qualification. */
const operatorQualified: Rule = (known, order, { actor, operation }) => {
  const routing = named(order, 'routing');
  if (!routing || !actor.startsWith('person:')) return undefined;
  const steps = known.contentOf('routing', routing.record, routing.version)?.operations ?? [];
  const center = steps.find((step) => step.operation === operation)?.workCenter;
  if (center === undefined) return undefined;
  const now = known.current('workCenter', center);
  const { operators } =
    (now === undefined ? undefined : known.contentOf('workCenter', center, now)) ?? {};
  // Whether anybody could do it is weighed before somebody is known.
  if (operators === undefined || actor === 'person:' || operators.includes(actor)) return undefined;
  return objection('operatorQualified', `${actor} is not qualified for work centre ${center}`);
};

const component: Rule = (known, order, fact) => {
  const bom = named(order, 'bom');
  if (!bom || fact.type !== 'MaterialConsumed') return undefined;
  const content = known.contentOf('bom', bom.record, bom.version);
  const { material } = fact.body;
  if (!content || content.components.some((one) => one.material === material)) return undefined;
  return objection('component', `${material} is no component in ${versionText(bom)}`);
};

const lotNumber: Rule = (known, _order, fact) => {
  if (fact.type === 'OperationStarted' || fact.lot === undefined) return undefined;
  const { material } = fact.body;
  const now = known.current('item', material);
  const rule = now === undefined ? undefined : known.contentOf('item', material, now)?.lots;
  // What is only weighed has a blank for a lot.
  if (!rule || fact.lot.trim() === '') return undefined;
  const { prefix = '', charactersMin, charactersMax } = rule;
  const characters = [...fact.lot].length;
  if (!fact.lot.startsWith(prefix)) {
    return objection('lotNumber', `lot ${fact.lot} of ${material} must begin with ${prefix}`);
  }
  if (characters >= charactersMin && characters <= charactersMax) return undefined;
  const words = `must have ${charactersMin} to ${charactersMax} characters`;
  return objection('lotNumber', `lot ${fact.lot} of ${material} ${words}`);
};

/** By what each fact is judged; the first rule that objects is told. */
const rules: Readonly<Record<Guarded['type'], readonly Rule[]>> = {
  OperationStarted: [versionLacking, recordBlocked, itemRevision, operatorQualified],
  MaterialConsumed: [component, lotNumber],
  LotProduced: [lotNumber],
};

/**
 * What speaks against a fact of an order by the reference data that is in force; undefined for
 * nothing. Pure: the edge asks it before it states the fact, and central again with its own data.
 * An order of which nothing is known is judged by nothing.
 */
export function orderGuard(
  known: InForce,
  order: Released | undefined,
  fact: Guarded,
): Objection | undefined {
  if (!order) return undefined;
  for (const rule of rules[fact.type]) {
    const found = rule(known, order, fact);
    if (found) return found;
  }
  return undefined;
}

/** True where the edge refuses: what a machine says of material has happened already. */
export const isRefusable = ({ type, actor }: Guarded): boolean =>
  type === 'OperationStarted' || actor.startsWith('person:');

/** What the fact says of it: the number of the set, and the rule that objected. */
export const checkedText = (set: number, found: Objection | undefined): string =>
  found ? `${set} ${found.rule}` : `${set}`;

/** Of what a fact says the set, and the rule that objected; undefined if no guard was asked. */
export function readChecked(text: string | undefined): { set: number; rule?: string } | undefined {
  const match = /^(\d{1,16})(?: (\w{1,40}))?$/.exec(text ?? '');
  if (!match) return undefined;
  return { set: Number(match[1]), ...(match[2] === undefined ? {} : { rule: match[2] }) };
}
