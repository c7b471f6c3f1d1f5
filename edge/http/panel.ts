import type { FastifyPluginAsync } from 'fastify';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import { invalid } from '../../shared/field.ts';
import type { Bell } from '../../shared/loop.ts';
import { type Place, readTraceparent, traceHeader } from '../../shared/traceparent.ts';
import { type Answer, refusedBy } from '../line/answers.ts';
import type { Intake } from '../line/intake.ts';
import type { MachineDesk } from '../machine/desk.ts';
import type { JobDesk } from '../machine/jobdesk.ts';
import { type Gate, openDoor, type ReadAsked } from '../people/gate.ts';
import type { Backup } from '../store/backup.ts';
import type { Drill } from '../uplink/drill.ts';
import { openScreens, type ViewParts, viewRoutes } from '../view/routes.ts';
import { openTelling, shareText } from '../view/stream.ts';
import { type Charted, openGallery } from './gallery.ts';
import type { Status } from './status.ts';

type Machines = MachineDesk & JobDesk;
/** What is said about machines, by the last part of its address. */
const machineActs: Readonly<Record<string, (machines: Machines, body: unknown) => unknown>> = {
  pieces: (machines, body) => machines.pieces(body),
  counter: (machines, body) => machines.accept(body),
  jobs: (machines, body) => machines.ask(body),
  writes: (machines, body) => machines.turn(body),
};

export type Parts = {
  clock: Clock;
  intake: Intake;
  status: () => Status;
  /** What a scraper reads; absent where nobody measures. */
  metrics?: () => string;
  /** How often each way of a chart was taken; absent where nobody counts. */
  charted?: Charted;
  /** Where a lot came from and what became of it; throws Fault UNKNOWN. */
  pedigree?: (lot: string) => unknown;
  /** Where an order's pieces are; throws Fault UNKNOWN. */
  balance?: (order: string) => unknown;
  /** A copy of the store; absent where there is no file. */
  backup?: () => Promise<Backup>;
  /** Outages that people ask for; absent where there is no way to cut. */
  drill?: Drill;
  /** What machines say; absent where none is listened to. */
  heard?: () => object;
  /** What people decide about machines; absent where nothing is kept of any. */
  machines?: Machines;
  /** Who may act; absent where everybody is believed. */
  gate?: Gate | undefined;
  /** What screens of lines are told; absent where there are none. */
  view?: Omit<ViewParts, 'changed' | 'clock' | 'signal'>;
  changed: Bell;
  signal: AbortSignal;
};

/** Most commands in one request. */
export const commandsMax = 500;
/** Most live pages at once. */
const watchersMax = 50;

type Picture = { Params: { name: string }; Querystring: { state?: string | string[] } };

/** What people and adapters can ask of this edge, and what they can see. No rule inside. */
export const panel: FastifyPluginAsync<Parts> = async (app, parts) => {
  const { intake, status, changed, clock, signal, charted, pedigree, balance } = parts;
  const { gate = openDoor } = parts;
  const gallery = openGallery(charted);
  const view = parts.view && { ...parts.view, changed, clock, signal };
  const screens = view && openScreens(view);
  if (view) await app.register(viewRoutes, view);
  const pages = openTelling({ name: 'events', max: watchersMax, changed, clock, signal });
  const read = shareText(status, changed, clock);

  async function answer(given: unknown, read: ReadAsked, from?: Place): Promise<Answer> {
    try {
      const { command, signing } = read(given);
      return await intake.ask(command, signing, undefined, from);
    } catch (error) {
      if (!(error instanceof Fault) || error.retry) throw error;
      const id = (given as { commandId?: unknown } | null)?.commandId;
      const commandId = typeof id === 'string' ? id.slice(0, 64) : '';
      return refusedBy(commandId, error);
    }
  }

  app.post<{ Body: unknown }>('/commands', async (request) => {
    const given = (request.body as { commands?: unknown } | null)?.commands;
    if (!Array.isArray(given) || given.length < 1 || given.length > commandsMax) {
      throw invalid('commands', `must be a list of 1 to ${commandsMax}`);
    }
    const read = await gate.commands(request);
    const from = readTraceparent(request.headers[traceHeader]);
    return { answers: await Promise.all(given.map((one) => answer(one, read, from))) };
  });

  app.get('/status', async () => status());

  app.get<{ Params: { lot: string } }>('/lots/:lot', async ({ params }) => {
    if (pedigree) return pedigree(params.lot.normalize('NFC'));
    throw new Fault('UNKNOWN', 'lot: no genealogy is kept here');
  });

  app.get<{ Params: { order: string } }>('/orders/:order/balance', async ({ params }) => {
    if (balance) return balance(params.order.normalize('NFC'));
    throw new Fault('UNKNOWN', 'order: no balance is kept here');
  });

  app.get('/machines', async () => {
    if (parts.heard) return { nowMs: clock.nowMs(), ...parts.heard() };
    throw new Fault('UNKNOWN', 'machines: none is listened to here');
  });

  for (const [name, act] of Object.entries(machineActs)) {
    app.post<{ Body: unknown }>(`/machines/${name}`, async (request) => {
      if (parts.machines) return act(parts.machines, gate.machines(request, name));
      throw new Fault('UNKNOWN', `${name}: no machine is listened to here`);
    });
  }

  app.post('/backup', async (request, reply) => {
    gate.backup(request);
    if (!parts.backup) throw new Fault('UNKNOWN', 'backup: there is no file here');
    const { bytes, stream } = await parts.backup();
    return reply.header('content-length', bytes).type('application/vnd.sqlite3').send(stream);
  });

  app.post<{ Body: unknown }>('/drill', async (request) => {
    if (!parts.drill) throw new Fault('UNKNOWN', 'drill: there is no uplink here');
    return parts.drill.begin(gate.drill(request, request.body));
  });

  app.delete('/drill', async (request, reply) => {
    const { by } = gate.drill(request, {}) as { by?: string };
    parts.drill?.end(by ?? 'system:box');
    return reply.code(204).send();
  });

  app.get('/charts', async () => ({ charts: gallery.list() }));

  app.get<Picture>('/charts/:name.svg', async ({ params, query: { state } }, reply) => {
    if (Array.isArray(state)) throw invalid('state', 'must be given once');
    return reply.type('image/svg+xml; charset=utf-8').send(gallery.picture(params.name, state));
  });

  app.get<{ Querystring: { line?: unknown } }>('/events', async (request, reply) => {
    if (screens && request.query.line !== undefined) return screens(request, reply);
    return pages(request, reply, read);
  });
};
