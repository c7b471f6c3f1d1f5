import type { JetStreamManager, StreamConfig } from '@nats-io/jetstream';
import type { Database } from '../shared/database.ts';
import { type Environment, environments } from '../shared/environment.ts';
import type { Fault } from '../shared/fault.ts';
import { choice, invalid, optional } from '../shared/field.ts';
import { eventStream } from '../shared/subject.ts';
import type { Erp, Refused } from './erp/erp.ts';
import { modeBy, type Switch } from './posting/modes.ts';
import { rulesOfPhases } from './posting/ruletable.ts';

export const environmentMigrations = [
  `
  CREATE TABLE environment (                     -- what the ledger is of, since its first start
    name     TEXT    NOT NULL CHECK (name IN ('test', 'production')),
    since_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TRIGGER environment_stays BEFORE UPDATE ON environment
    BEGIN SELECT raise(ABORT, 'a ledger stays in its environment'); END;
  CREATE TRIGGER environment_is_kept BEFORE DELETE ON environment
    BEGIN SELECT raise(ABORT, 'a ledger stays in its environment'); END;
  `,
];

/** Of the config: what the ERP is, as its own people say. */
export const erpEnvironmentField = optional(
  choice('What the ERP is, as its people say; as environment says, if absent.', environments),
);

type Mark = Readonly<{ name: Environment; sinceMs: number }>;

/**
 * Marks a ledger that was never marked as being of this environment. Throws Fault INVALID, having
 * changed nothing, where it is of another one.
 */
export function claimLedger(db: Database, environment: Environment, nowMs: number): void {
  const marked = db.prepare<[], Mark>('SELECT name, since_ms AS sinceMs FROM environment LIMIT 1');
  const add = db.prepare('INSERT INTO environment VALUES (?, ?)');
  const known = db
    .transaction(() => {
      const there = marked.get();
      if (!there) add.run(environment, nowMs);
      return there;
    })
    .immediate();
  if (!known || known.name === environment) return;
  const since = new Date(known.sinceMs).toISOString();
  const words = `is ${environment}, and the ledger ${db.name} is of ${known.name} since ${since}`;
  throw invalid('config.environment', words);
}

/** What stands in the metadata of the hub's stream. */
const key = 'holdfast.environment';
const otherHub = (environment: Environment, there: string): Fault =>
  invalid(
    'config.natsUrl',
    `this central is ${environment}, and the hub there is of ${there} (stream ${eventStream})`,
  );

/** What a stream's metadata say, without what the server itself has written there. */
export const metadataOf = ({ metadata }: Partial<StreamConfig>): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata ?? {}).filter(([name]) => !name.startsWith('_nats.')));

/**
 * Marks the hub by its stream of segments. Throws Fault INVALID where it is of another environment:
 * a central that reads there would tell edges that it keeps what their own ledger may not have.
 */
export async function claimHub(manager: JetStreamManager, environment: Environment): Promise<void> {
  const { config } = await manager.streams.info(eventStream);
  const known = metadataOf(config);
  const there = known[key];
  if (there !== undefined && there !== environment) throw otherHub(environment, there);
  if (there === undefined) {
    await manager.streams.update(eventStream, { metadata: { ...known, [key]: environment } });
  }
}

type Given = Readonly<{
  environment: Environment;
  erpEnvironment?: Environment | undefined;
  rules: readonly Switch[];
}>;

/** Sites that the switches name, and every other place. */
const placesOf = (switches: readonly Switch[]): string[] => [
  ...new Set(['', ...switches.map(({ site = '' }) => site)]),
];

/**
 * Throws Fault INVALID where a rule would post live into an ERP of another environment.
 */
export function checkErp({ environment, erpEnvironment = environment, rules }: Given): void {
  if (erpEnvironment === environment) return;
  for (const site of placesOf(rules)) {
    const live = rulesOfPhases.find((rule) => modeBy(rules, rule, site) === 'live');
    if (live === undefined) continue;
    const where = site === '' ? '' : ` at ${site}`;
    const words = `is ${erpEnvironment}, this central is ${environment}, and ${live} is live`;
    throw invalid('config.erpEnvironment', `${words}${where}: every rule must be shadow or off`);
  }
}

/**
 * The ERP, into which nothing is posted if it is of another environment: not even what an order
 * that began by other rules calls for. It may be asked.
 */
export function fencedErp(erp: Erp, { environment, erpEnvironment = environment }: Given): Erp {
  if (erpEnvironment === environment) return erp;
  const reason = `the ERP is of ${erpEnvironment}, and this central of ${environment}`;
  const refused: Refused = { kind: 'refused', code: 'environment', reason };
  return { ...erp, post: async () => refused };
}

/** Why a store of an edge is not let in; undefined where it is of this environment. */
export function strangerHere(environment: Environment, edge: Environment): string | undefined {
  if (edge === environment) return undefined;
  return `this hub is of ${environment}, and the edge's config says ${edge}`;
}
