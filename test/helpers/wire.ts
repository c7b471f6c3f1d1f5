import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { onTestFinished } from 'vitest';
import { readCentralConfig } from '../../central/config.ts';
import { ensureStreams } from '../../central/ledger/stream.ts';
import { startCentral } from '../../central/main.ts';
import { ask, read } from '../../cli/drive.ts';
import { readEdgeConfig } from '../../edge/config.ts';
import type { Status } from '../../edge/http/status.ts';
import { startEdge } from '../../edge/main.ts';
import { decodeSegment } from '../../shared/segment.ts';
import { eventStream } from '../../shared/subject.ts';
import { testFolder } from './folder.ts';
import { type Guests, startPlantnet, waitFor } from './plantnet.ts';
import { command, m01 } from './shop.ts';

const { signal } = new AbortController();
const nowhere = 'http://127.0.0.1:9';
const streams = { replicas: 1, bytesMax: 100 * 1024 * 1024, keepDays: 1 };
/** An edge that was refused for a while tries again half a minute later, and more by chance. */
const waitMs = 60_000;

export type CentralAnswer = {
  facts: number;
  lines: {
    line: string;
    sequence: number;
    repeats: number;
    ahead: { upTo: number; behind: number; behindMs: number | null } | null;
  }[];
  holdsAhead: { hold: string; sequence: number; lost: string | null }[];
  gaps: unknown[];
  arrivalsParked: number;
  parked: { line: string; sequence: number | null; reason: string }[];
};

/** What stops a program when the test ends, unless the test has done so. */
function closing<T extends { url: string; close(): Promise<void> }>(program: T) {
  let open = true;
  const close = async () => {
    if (open) await program.close();
    open = false;
  };
  onTestFinished(close);
  return { url: program.url, close };
}

/** A real hub and leaf for this test, and in this process edges, and central without an ERP. */
export async function openWire(guests: Guests = {}) {
  const net = await startPlantnet(guests);
  onTestFinished(() => net.close());

  /** A client of the hub's own. */
  async function client(): Promise<NatsConnection> {
    const connection = await connect({ servers: net.hub.url });
    onTestFinished(() => connection.close());
    return connection;
  }

  async function openCentral(storePath: string, more: object) {
    const central = closing(
      await startCentral(
        readCentralConfig({
          ...{ storePath, natsUrl: net.hub.url, hubMonitorUrl: net.hub.httpUrl, httpPort: 0 },
          ...{ logLevel: 'silent', stream: { megabytesMax: 100, keepDays: 1 } },
          erp: { url: nowhere, plant: 'HF01', storageLocation: '0001' },
          ...more,
        }),
      ),
    );
    const status = () => read<CentralAnswer>(central.url, '/v1/status');
    return {
      ...central,
      status,
      /** Resolves once the ledger holds so many facts and no gap is open. */
      holds: (facts: number, maxMs = waitMs) =>
        waitFor(
          async () => {
            const now = await status();
            return now.facts >= facts && now.gaps.length === 0;
          },
          maxMs,
          `central to hold ${facts} facts`,
        ),
    };
  }

  async function openEdge(storePath: string, line = m01, more: object = {}) {
    const edge = closing(
      await startEdge(
        readEdgeConfig({
          ...{ storePath, natsUrl: net.leaf.url, httpPort: 0, ackTimeoutMs: 1_000 },
          ...{ logLevel: 'silent', lines: [{ line }], ...more },
        }),
      ),
    );
    const status = async () => (await read<Status>(edge.url, '/v1/status')).lines[0]!;
    const until = (mark: 'sent' | 'kept', sequence: number, maxMs = waitMs) =>
      waitFor(async () => (await status())[mark] === sequence, maxMs, `${mark} ${sequence}`);
    return {
      ...edge,
      status,
      until,
      /** States `count` facts, and resolves once they are on disk. */
      async state(count: number): Promise<void> {
        for (let rest = count; rest > 0; rest -= 100) {
          const commands = Array.from({ length: Math.min(rest, 100) }, () =>
            command('StartShift', { line }, { people: ['4445'] }),
          );
          await ask(edge.url, commands, signal);
        }
      },
    };
  }

  const folder = testFolder();
  return {
    ...net,
    client,
    edge: (name = 'edge', line?: string, more?: object) =>
      openEdge(join(folder, `${name}.sqlite`), line, more),
    /** Where the store, the ledger of that name is. */
    edgePath: (name = 'edge') => join(folder, `${name}.sqlite`),
    ledgerPath: (name = 'ledger') => join(folder, `${name}.sqlite`),
    central: (name = 'ledger', more = {}) => openCentral(join(folder, `${name}.sqlite`), more),
    /** The hub's streams, as central makes them. */
    async makeStreams() {
      const manager = await jetstreamManager(await client());
      await ensureStreams(manager, streams);
      return manager;
    },
    /** The sequences in the stream of segments, in its order. */
    async streamed(): Promise<number[]> {
      const { direct, streams } = await jetstreamManager(await client());
      const { state } = await streams.info(eventStream);
      const sequences: number[] = [];
      for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
        const { first, facts } = decodeSegment(
          (await direct.getMessage(eventStream, { seq }))!.data,
        );
        sequences.push(...facts.map((_, index) => first + index));
      }
      return sequences;
    },
    /** Deletes the stream of segments with all that is in it. */
    async deleteStream(): Promise<void> {
      const manager = await jetstreamManager(await client());
      await manager.streams.delete(eventStream);
    },
  };
}

/** A wire with central and one edge, whose first facts are at central. */
export async function openBegun(facts: number) {
  const wire = await openWire();
  const central = await wire.central();
  const edge = await wire.edge();
  await edge.state(facts);
  await edge.until('kept', facts);
  return { wire, central, edge };
}
