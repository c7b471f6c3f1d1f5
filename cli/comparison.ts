import type { Database } from '../shared/database.ts';
import { openReplica } from '../shared/replica.ts';
import { type Findings, openFindings, survive, type Verified } from '../shared/verification.ts';

type Fact = { path: string; epoch: number; sequence: number; hash: Buffer; kept: number };
type Head = { path: string; epoch: number; sequence: number };

/**
 * Compares a copy of an edge's store with a copy of central's ledger: every fact that the edge may
 * forget must be in the ledger, and no fact may be another one there.
 */
export function compare(storeCopy: string, ledgerCopy: string): Verified {
  const findings = openFindings();
  const store = openReplica(storeCopy);
  const ledger = openReplica(ledgerCopy);
  let facts = 0;
  try {
    survive(findings, store, () => {
      compareForgotten(store, ledger, findings);
      facts = compareFacts(store, ledger, findings);
      compareHeads(store, ledger, findings);
    });
  } finally {
    store.close();
    ledger.close();
  }
  return { facts, lines: [], ...findings.told() };
}

/** The hash of the ledger's fact at a place. */
const linkIn = (ledger: Database) =>
  ledger
    .prepare<[string, number, number], Buffer>(
      `SELECT fact.hash FROM fact JOIN line ON line.id = fact.line
       WHERE path = ? AND fact.epoch = ? AND fact.sequence = ?`,
    )
    .pluck();

/** An older epoch is over: the edge got its facts from the ledger, or gave all of them. */
function compareFacts(store: Database, ledger: Database, findings: Findings): number {
  const own = store.prepare<[], Fact>(
    `SELECT path, event.epoch, sequence, hash,
       CASE WHEN event.epoch < line.epoch THEN sequence ELSE kept END AS kept
     FROM event JOIN line ON line.id = event.line
     ORDER BY event.line, event.epoch, event.sequence`,
  );
  const there = linkIn(ledger);
  let facts = 0;
  for (const fact of own.iterate()) {
    facts += 1;
    const hash = there.get(fact.path, fact.epoch, fact.sequence);
    if (hash && !hash.equals(fact.hash)) {
      findings.at('ledger', fact, 'the ledger holds another fact at this place');
    } else if (!hash && fact.sequence <= fact.kept) {
      findings.at('ledger', fact, 'the edge may forget it, and the ledger does not hold it');
    }
  }
  return facts;
}

/** The last fact that is forgotten stands for all before it: the chain leads to it. */
function compareForgotten(store: Database, ledger: Database, findings: Findings): void {
  if (!store.prepare("SELECT 1 FROM sqlite_master WHERE name = 'forgotten'").get()) return;
  const own = store.prepare<[], Omit<Fact, 'kept'>>(
    `SELECT path, forgotten.epoch, sequence, hash FROM forgotten
     JOIN line ON line.id = forgotten.line ORDER BY forgotten.line, forgotten.epoch`,
  );
  const there = linkIn(ledger);
  for (const fact of own.iterate()) {
    const hash = there.get(fact.path, fact.epoch, fact.sequence);
    if (hash?.equals(fact.hash)) continue;
    const words = hash ? 'the ledger holds another fact there' : 'the ledger does not hold it';
    findings.at('ledger', fact, `the edge has forgotten it, and ${words}`);
  }
}

function compareHeads(store: Database, ledger: Database, { tell }: Findings): void {
  const heads = ledger.prepare<[], Head>('SELECT path, epoch, sequence FROM line').all();
  const own = store
    .prepare<[string, number], number | null>(
      `SELECT max(sequence) FROM event JOIN line ON line.id = event.line
       WHERE path = ? AND event.epoch = ?`,
    )
    .pluck();
  const known = store.prepare<[string], number>('SELECT epoch FROM line WHERE path = ?').pluck();
  for (const { path, epoch, sequence } of heads) {
    if (known.get(path) === undefined) continue;
    const last = own.get(path, epoch) ?? 0;
    if (last >= sequence) continue;
    const reason = `the ledger goes up to ${sequence}, this store up to ${last}`;
    tell({ what: 'ledger', line: path, epoch, sequence, reason: `${reason}: it is an older copy` });
  }
}
