import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, expect } from 'vitest';
import { readCentralConfig } from '../../central/config.ts';
import { startCentral } from '../../central/main.ts';
import { read } from '../../cli/drive.ts';
import { decodeContent } from '../../shared/codec.ts';
import { readChains } from '../helpers/chains.ts';
import type { MachineLine } from '../helpers/opcua.ts';
import { type Plantnet, startPlantnet, waitFor } from '../helpers/plantnet.ts';
import type { CentralAnswer } from '../helpers/wire.ts';
import { flawsOf, statedAt } from '../ordeal/books.ts';
import type { PeerTruth } from './peer.ts';
import { type Report, windowFlaws } from './windows.ts';

type Row = { path: string; epoch: number; sequence: number; hash: Buffer; bytes: Buffer };
type Counters = PeerTruth['shown'];
/** What a line is compared with: its machine, and what that had shown and made at the begin. */
export type Against = Readonly<{
  line: MachineLine;
  machine: Readonly<{ truth(): Promise<PeerTruth> }>;
  began: PeerTruth;
}>;

const nowhere = 'http://127.0.0.1:9';
const waitMs = 60_000;

/**
 * A hub, a leaf and central, once for all tests of a file. Each edge of a test has a line of its
 * own, so that what central holds of it is of this test alone.
 */
export function usePlant() {
  let net: Plantnet | undefined;
  let central: Awaited<ReturnType<typeof startCentral>> | undefined;
  let lines = 0;
  const ledgerPath = () => join(net!.directory, 'ledger.sqlite');

  async function open(): Promise<void> {
    const { hub } = net!;
    central = await startCentral(
      readCentralConfig({
        ...{ storePath: ledgerPath(), natsUrl: hub.url, hubMonitorUrl: hub.httpUrl, httpPort: 0 },
        ...{ logLevel: 'silent', stream: { megabytesMax: 100, keepDays: 1 } },
        erp: { url: nowhere, plant: 'HF01', storageLocation: '0001' },
      }),
    );
  }

  async function shut(): Promise<void> {
    await central?.close();
    central = undefined;
  }

  beforeAll(async () => {
    net = await startPlantnet();
    await open();
  });
  afterAll(async () => {
    await shut();
    await net?.close();
  });

  /** What central says of a line, and what its ledger holds of it; the ledger is whole. */
  async function heldOf(path: string) {
    const { url } = central!;
    const status = await read<CentralAnswer>(url, '/v1/status');
    const { lines: totals } = await read<{ lines: Totals }>(url, '/v1/totals');
    await shut();
    try {
      const { broken } = readChains(ledgerPath(), 'ledger');
      const kept = rowsOf(ledgerPath(), path);
      return { status, total: totals[path], broken, ...kept };
    } finally {
      await open();
    }
  }

  return {
    natsUrl: () => net!.leaf.url,
    newLine: () => `acme/lyon/turning/T${++lines}`,

    /**
     * Central has all that the line has stated, each fact once and nothing beside, and its reports
     * come to what the machine made since the begin, each piece in one of them. Ends the edge, and
     * gives what its reports are flagged with.
     */
    async expectOnce({ line, machine, began }: Against): Promise<Set<string>> {
      const isKept = async () => {
        const { head, kept } = (await line.status()).lines[0]!;
        return head === kept;
      };
      await waitFor(isKept, waitMs, 'central to hold all that the line has stated');
      await line.kill();
      const { made, shown } = await machine.truth();
      const stated = statedAt(line.storePath);
      const held = await heldOf(line.path);

      const counts = (now: Counters, before: Counters) =>
        `${now.good - before.good}/${now.defective - before.defective}`;
      expect(`${held.total?.good}/${held.total?.scrap}`).toBe(counts(made, began.made));
      expect(flawsOf(stated, held.rows)).toEqual({ lost: 0, doubled: 0, disordered: 0 });
      expect(held.rows.length).toBe(stated.length);
      expect(held.broken).toEqual([]);
      const { gaps, parked, arrivalsParked } = held.status;
      expect({ gaps, parked, arrivalsParked, waiting: held.waiting }).toEqual({
        ...{ gaps: [], parked: [], arrivalsParked: 0, waiting: 0 },
      });
      const reports = held.rows.flatMap(reportOf);
      expect(windowFlaws(reports, countersOf(began.shown), countersOf(shown))).toEqual([]);
      return new Set(reports.flatMap(({ flags }) => flags));
    },
  };
}

type Totals = Record<string, { good: string; scrap: string }>;

function rowsOf(ledgerPath: string, path: string) {
  const db = new Sqlite(ledgerPath, { readonly: true });
  try {
    const rows = db
      .prepare<[string], Row>(
        `SELECT path, fact.epoch, fact.sequence, fact.hash, bytes FROM fact
         JOIN line ON line.id = fact.line WHERE path = ? ORDER BY position`,
      )
      .all(path);
    const waiting = db.prepare<[], number>('SELECT count(*) FROM waiting').pluck().get()!;
    return { rows, waiting };
  } finally {
    db.close();
  }
}

/** What the mapping's counters are in the machine. */
const countersOf = ({ good, defective }: Counters) => {
  return { good: BigInt(good), scrap: BigInt(defective) };
};

function reportOf({ bytes }: Row): Report[] {
  const { type, body, flags } = decodeContent(bytes);
  if (type !== 'QuantityReported') return [];
  const { good, scrap, given } = body as { good: string; scrap: string; given?: string };
  const pieces = { good: BigInt(good), scrap: BigInt(scrap) };
  return [{ pieces, given: given ?? '', flags: flags?.split(' ') ?? [] }];
}
