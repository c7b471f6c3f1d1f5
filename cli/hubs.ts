import { join } from 'node:path';
import { hubDomain } from '../shared/subject.ts';
import type { Accounts } from './accounts.ts';
import { brokerBasics } from './broker.ts';
import { type Broker, type Ports, startBroker, type User } from './natsserver.ts';
import { freePorts } from './port.ts';

/**
 * Longest until all are ready, ms. They are within a second, unless nobody wins the election: the
 * next one is 4 to 9 s later, and on a busy machine it was seen to take 8 s.
 */
const readyMaxMs = 60_000;

type Cluster = {
  /** Each server has a folder of its own in it. */
  directory: string;
  /** Odd, from 3 on: so many servers keep every stream between them. */
  members: number;
  users?: readonly User[];
  /** Instead of users: how a plant has it. */
  accounts?: Accounts;
};

/**
 * A hub of several servers on this machine (a JetStream cluster, RAFT): each keeps its own copy on
 * disk, and a majority must have it before anything is acknowledged. Resolves once all are ready.
 * Throws Fault UNREACHABLE when one does not get ready; the others are stopped then.
 */
export async function startHubs({
  directory,
  members,
  users,
  accounts,
}: Cluster): Promise<Broker[]> {
  const routes = (await freePorts(members)).map((port) => `nats-route://127.0.0.1:${port}`);
  const starting = routes.map((route, index) => {
    const name = `hub-${index + 1}`;
    const configure = (ports: Ports) => ({
      ...brokerBasics(name, ports, users, accounts),
      jetstream: { store_dir: join(directory, name), domain: hubDomain, sync_interval: 'always' },
      cluster: { name: 'hub', listen: route.replace('nats-route://', ''), routes },
      leafnodes: { listen: `127.0.0.1:${ports.leaf}`, no_advertise: true },
    });
    return startBroker(join(directory, name), undefined, configure, readyMaxMs);
  });
  const started = await Promise.allSettled(starting);
  const failed = started.find(({ status }) => status === 'rejected');
  const running = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (failed?.status !== 'rejected') return running;
  await Promise.all(running.map((broker) => broker.stop()));
  throw failed.reason;
}
