import { hubDomain } from '../shared/subject.ts';
import type { Accounts } from './accounts.ts';
import { type Tls, tlsOf } from './leaftls.ts';
import { type Broker, type Ports, startBroker, type User } from './natsserver.ts';

type Common = {
  /** Holds the configuration, the log and the stream's files; made if absent. */
  directory: string;
  /** Free ones if absent. */
  ports?: Ports;
  /** Must be stable over restarts and unique among connected servers. */
  name?: string;
  /** Who is let in, and to what; everybody, to everything, if absent. */
  users?: readonly User[];
  /** Between hub and leaf; plain if absent. */
  tls?: Tls;
};

/** What every server of ours is told. */
export const brokerBasics = (
  name: string,
  ports: Ports,
  users: readonly User[] | undefined,
  accounts?: Accounts,
) => ({
  ...(users === undefined ? {} : { authorization: { users } }),
  ...(accounts && { accounts }),
  server_name: name,
  listen: `127.0.0.1:${ports.client}`,
  http: `127.0.0.1:${ports.http}`,
  max_payload: 1024 * 1024,
  ping_interval: '5s',
  ping_max: 2,
});

/**
 * A hub: keeps every stream on disk, and says so only after the disk has it. `accounts` instead of
 * users is how a plant has it.
 */
export function startHub(parts: Common & { accounts?: Accounts }): Promise<Broker> {
  const { directory, ports, name = 'hub', users, accounts, tls } = parts;
  return startBroker(directory, ports, (taken) => ({
    ...brokerBasics(name, taken, users, accounts),
    jetstream: {
      store_dir: directory,
      domain: hubDomain,
      sync_interval: 'always',
    },
    // Without no_advertise a leaf learns the hub's own address, and goes round a proxy.
    leafnodes: {
      ...{ listen: `127.0.0.1:${taken.leaf}`, no_advertise: true, min_version: '2.14.0' },
      ...tlsOf(tls, { verify: true }),
    },
  }));
}

/**
 * A plant's leaf node: keeps nothing, passes on to the hub at `hubLeafPort`; of a cluster to the
 * first of its servers that answers.
 */
export function startLeaf({
  directory,
  ports,
  name = 'leaf',
  users,
  hubLeafPort,
  seed,
  tls,
}: Common & { hubLeafPort: number | readonly number[]; seed?: string }): Promise<Broker> {
  return startBroker(directory, ports, (taken) => ({
    ...brokerBasics(name, taken, users),
    leafnodes: {
      reconnect_delay: '500ms',
      remotes: [
        {
          urls: [hubLeafPort]
            .flat()
            .map((port) => `${tls ? 'tls' : 'nats-leaf'}://127.0.0.1:${port}`),
          ...tlsOf(tls),
          ...(seed === undefined ? {} : { nkey: seed }), // what the hub knows this leaf by
          ignore_discovered_servers: true,
          no_randomize: true,
          dial_timeout: '2s',
          first_info_timeout: '2s',
        },
      ],
    },
  }));
}
