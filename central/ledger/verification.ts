import { parseArgs } from 'node:util';
import type { Database } from '../../shared/database.ts';
import type { Content } from '../../shared/event.ts';
import { idBytes, isId } from '../../shared/identity.ts';
import { openReplica } from '../../shared/replica.ts';
import { openSignatures } from '../../shared/signatures.ts';
import {
  checkFile,
  type Findings,
  openFindings,
  type ReadLine,
  readAll,
  type Stored,
  survive,
  type Verified,
  walk,
} from '../../shared/verification.ts';

type Row = Stored & { event_id: Buffer | null };
type HeadRow = {
  path: string;
  epoch: number;
  sequence: number;
  hash: Buffer;
  last: number | null;
  lastHash: Buffer | null;
};

/**
 * Checks everything that a copy of central's ledger can be asked: pages and indexes, every chain of
 * every line, event ids, signatures, heads, and that nothing waits which is there already.
 */
export function verifyLedger(copy: string): Verified {
  const findings = openFindings();
  const db = openReplica(copy);
  let facts: Pick<Verified, 'facts' | 'lines'> = { facts: 0, lines: [] };
  try {
    checkFile(db, findings);
    survive(findings, db, () => {
      const rows = readAll(db, findings, rowsOf(db));
      const look = lookAt(db, findings);
      facts = walk({ rows, findings, read: look.read });
      look.end();
      checkHeads(db, findings);
      checkWaiting(db, findings);
    });
  } finally {
    db.close();
  }
  return { ...facts, ...findings.told() };
}

const rowsOf =
  (db: Database): ReadLine =>
  (line, { epoch, sequence }, by) =>
    db
      .prepare<[number, number, number], Row>(
        `SELECT fact.position, path, fact.epoch, fact.sequence, bytes, fact.hash, event_id
         FROM fact ${by} JOIN line ON line.id = fact.line
         WHERE fact.line = ? AND (fact.epoch, fact.sequence) > (?, ?)
         ORDER BY fact.epoch, fact.sequence`,
      )
      .iterate(line, epoch, sequence);

/** A fact that came again under another place keeps that place without its id: then it is known. */
function identities(findings: Findings) {
  return ({ eventId }: { eventId: string }, row: Stored): void => {
    const { event_id: id } = row as Row;
    if (id?.equals(idBytes(eventId)) === false) {
      findings.at('id', row, `its row names another event than the fact, ${eventId}`);
    }
  };
}

/** What is looked at of each fact, and at the end. */
export function lookAt(db: Database, findings: Findings) {
  const identify = identities(findings);
  const signatures = openSignatures(findings);
  const byId = db
    .prepare<[Buffer], Buffer>('SELECT bytes FROM fact WHERE event_id = ? LIMIT 1')
    .pluck();
  const find = (ids: ReadonlySet<string>) =>
    new Map([...ids].flatMap((id) => (isId(id) ? found(id, byId.get(idBytes(id))) : [])));
  return {
    read(fact: Content, row: Stored): void {
      identify(fact, row);
      signatures.read(fact, row);
    },
    end: () => signatures.end(find),
  };
}
const found = (id: string, bytes: Buffer | undefined): [string, Buffer][] =>
  bytes ? [[id, bytes]] : [];

export function checkHeads(db: Database, { tell }: Findings): void {
  const heads = db.prepare<[], HeadRow>(
    `SELECT path, line.epoch, line.sequence, line.hash, fact.sequence AS last, fact.hash AS lastHash
     FROM line LEFT JOIN fact ON fact.line = line.id AND fact.epoch = line.epoch
       AND fact.sequence = (SELECT max(sequence) FROM fact AS other
                            WHERE other.line = line.id AND other.epoch = line.epoch)`,
  );
  for (const { path, epoch, sequence, hash, last, lastHash } of heads.all()) {
    const place = { what: 'cursor', line: path, epoch, sequence } as const;
    const stands = `the head stands at ${sequence}`;
    if ((last ?? 0) !== sequence)
      tell({ ...place, reason: `${stands}, the facts at ${last ?? 0}` });
    else if (lastHash && !lastHash.equals(hash)) {
      tell({ ...place, reason: `${stands} with another hash than the fact there` });
    }
  }
}

export function checkWaiting(db: Database, { tell }: Findings): void {
  const twice = db.prepare<[], { path: string; epoch: number; sequence: number }>(
    `SELECT path, fact.epoch, fact.sequence FROM waiting
     JOIN fact USING (line, epoch, sequence) JOIN line ON line.id = fact.line`,
  );
  for (const { path, ...place } of twice.all()) {
    tell({ what: 'place', line: path, ...place, reason: 'it waits, and is in the ledger already' });
  }
}

if (import.meta.main) {
  const { copy = '' } = parseArgs({ options: { copy: { type: 'string' } } }).values;
  process.stdout.write(`${JSON.stringify(verifyLedger(copy))}\n`);
}
