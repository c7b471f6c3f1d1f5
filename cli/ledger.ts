import { closeSync, openSync, readSync } from 'node:fs';
import { lasting } from '../shared/clock.ts';
import { invalid } from '../shared/field.ts';
import { readJson } from '../shared/service.ts';
import { askPart } from './part.ts';
import { grouped } from './progress.ts';
import type { Symptom } from './symptom.ts';

/** How a ledger on PostgreSQL stands, as central tells it. */
export type Standing = Readonly<{
  place: string;
  server: string;
  isEncrypted: boolean;
  facts: number;
  lines: number;
  aside: number;
  waiting: number;
  parked: number;
  centrals: readonly Readonly<{ boot: string; lanes: number; leftMs: number; reads: 0 | 1 }>[];
  standbys: readonly Readonly<{ name: string; state: string }>[];
  isCleaned: boolean;
  transactionMs: number;
}>;
type Checkup = Readonly<{
  mistakes: readonly string[];
  ledger: Standing | null;
  failure: string | null;
}>;

/** A transaction that is open for so long keeps the server from cleaning up, ms. */
const longMs = 600_000;

const counted = (count: number, one: string, many: string): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

type Look = (ledger: Standing) => readonly Symptom[];

const centralsOf: Look = ({ centrals }) => {
  const alive = centrals.filter(({ leftMs }) => leftMs > 0);
  if (alive.length === 0) {
    const says = 'no central is alive: nothing is taken in and nothing is posted';
    const next = 'start central, and see what its log says';
    return [{ level: 'bad', about: 'centrals', says, next }];
  }
  const over = centrals.filter(({ leftMs }) => leftMs <= 0);
  const symptoms = over.map(({ boot, lanes, leftMs }): Symptom => {
    const says = `gives no sign for ${lasting(-leftMs)}, with ${counted(lanes, 'lane', 'lanes')}`;
    const next = 'the others take over what it has; see whether it runs, and its log';
    return { level: 'warn', about: `central ${boot}`, says, next };
  });
  if (alive.some(({ reads }) => reads === 1)) return symptoms;
  const says = 'none of them reads the hub';
  const next = 'wait for a lease, leaseMs; if it stays so, see the log of each';
  return [...symptoms, { level: 'warn', about: 'centrals', says, next }];
};

const serverOf: Look = ({ isEncrypted, place, standbys, isCleaned, transactionMs }) => {
  const about = 'server';
  const symptoms: Symptom[] = [];
  const behind = standbys.filter(({ state }) => state === 'async' || state === 'potential');
  if (behind.length > 0 && !standbys.some(({ state }) => state === 'sync' || state === 'quorum')) {
    const names = behind.map(({ name }) => name).join(', ');
    const says = `no standby replicates synchronously (${names}): a fail-over may lose facts`;
    const next = 'set synchronous_standby_names at the server (docs/postgres.md)';
    symptoms.push({ level: 'bad', about, says, next });
  }
  if (standbys.some(({ state }) => state === '')) {
    const says = 'it has standbys, and whether they lag is not shown to us';
    const next = 'GRANT pg_monitor TO the user in url, and ask again';
    symptoms.push({ level: 'warn', about, says, next });
  }
  if (!isEncrypted && !/ (?:127\.0\.0\.1|localhost|\[::1\])?[:/]/.test(place)) {
    const says = 'what is said to it is not encrypted';
    const next = 'see that nobody else hears the line, or take out sslmode disable';
    symptoms.push({ level: 'warn', about, says, next });
  }
  if (!isCleaned) {
    const next = 'set autovacuum = on: without it the tables grow with every document';
    symptoms.push({ level: 'warn', about, says: 'autovacuum is off', next });
  }
  if (transactionMs > longMs) {
    const says = `a transaction is open for ${lasting(transactionMs)}: it keeps what is over alive`;
    const next = 'SELECT * FROM pg_stat_activity ORDER BY xact_start; and end it there';
    symptoms.push({ level: 'warn', about, says, next });
  }
  return symptoms;
};

const workOf: Look = ({ parked, aside, waiting }) => {
  const about = 'ledger';
  const symptoms: Symptom[] = [];
  if (parked > 0) {
    const says = `${counted(parked, 'document waits', 'documents wait')} for a person`;
    const next = 'holdfast desk --central http://127.0.0.1:8090';
    symptoms.push({ level: 'warn', about, says, next });
  }
  if (aside > 0) {
    const says = `${counted(aside, 'message or fact is', 'messages or facts are')} set aside`;
    const next = 'curl -s http://127.0.0.1:8090/v1/status, under parked: each with its reason';
    symptoms.push({ level: 'warn', about, says, next });
  }
  if (waiting > 0) {
    const says = `${counted(waiting, 'fact waits', 'facts wait')} for what is missing before it`;
    const next = 'nothing is lost: central asks the edge; see that the edge is connected';
    symptoms.push({ level: 'warn', about, says, next });
  }
  return symptoms;
};

/** All that is wrong with a ledger, the worst first. */
export function diagnoseLedger(ledger: Standing): readonly Symptom[] {
  const all = [centralsOf, serverOf, workOf].flatMap((look) => look(ledger));
  return [...all.filter(({ level }) => level === 'bad'), ...all.filter((s) => s.level === 'warn')];
}

/** The ledger in one line. */
export function ledgerText({ place, server, facts, lines, centrals, isEncrypted }: Standing) {
  const alive = centrals.filter(({ leftMs }) => leftMs > 0).length;
  const how = isEncrypted ? ' by TLS' : '';
  const seen = [
    counted(lines, 'line', 'lines'),
    counted(facts, 'fact', 'facts'),
    counted(alive, 'central', 'centrals'),
  ];
  return `${place} (${server}${how}): ${seen.join(', ')}`;
}

/** What central's config and the ledger that it names tell. Throws Fault INVALID for no JSON. */
export async function askLedger(
  file: string,
): Promise<{ ledger: Standing | null; symptoms: readonly Symptom[] }> {
  const asked = askPart<Checkup>('central/checkup.ts', ['--config', file]);
  const { mistakes, ledger, failure } = await asked;
  const symptoms = mistakes.map((says): Symptom => {
    const next = `mend ${file}; all fields: node central/main.ts --sample`;
    return { level: 'bad', about: 'config', says, next };
  });
  if (failure !== null) {
    const next = 'docs/postgres.md; edges keep their facts until central runs again';
    symptoms.push({ level: 'bad', about: 'ledger', says: failure, next });
  }
  return { ledger, symptoms: [...symptoms, ...(ledger ? diagnoseLedger(ledger) : [])] };
}

/** Whether a config is central's: an edge has no ERP, and nothing to watch the hub by. */
export const isCentral = (file: string): boolean => isOfCentral(readJson(file));

const isOfCentral = (given: unknown): given is { postgres?: unknown } =>
  typeof given === 'object' &&
  given !== null &&
  ['postgres', 'erp', 'hubMonitorUrl'].some((name) => name in given);

/** What a person types instead, where a command was given central's config for a file of SQLite. */
const instead = {
  verify: 'give it as --config: holdfast verify --config',
  doctor: 'give it as --config: holdfast doctor --config',
  backup: "back it up by PostgreSQL's own means: pg_dump, or archived logs (docs/postgres.md)",
  salvage:
    "nothing is salvaged from it: restore PostgreSQL's own backup (docs/postgres.md); what it " +
    'lacks comes again from the hub and the edges',
} as const;

/** Throws Fault INVALID, with what to do instead, for a config of central instead of a store. */
export function refuseConfig(file: string, option: string, command: keyof typeof instead): void {
  const given = configIn(file);
  if (!isOfCentral(given)) return;
  if (given.postgres === undefined) {
    throw invalid(option, `${file}: is central's config: name the file that its storePath names`);
  }
  const words = `${file}: is central's config, and its ledger is on PostgreSQL`;
  throw invalid(option, `${words}: ${instead[command]}`);
}

/** Undefined for what is no JSON: whoever reads it says what is wrong with it. */
function configIn(file: string): unknown {
  const first = Buffer.alloc(1);
  try {
    const opened = openSync(file, 'r');
    readSync(opened, first, 0, 1, 0);
    closeSync(opened);
    return first.toString() === '{' ? readJson(file) : undefined;
  } catch {
    return undefined;
  }
}
