import { type EndpointName, endpoints, wayOf } from '../shared/endpoints.ts';
import {
  beatSubject,
  bellSubject,
  centralInbox,
  commandSubject,
  deskApi,
  deskInbox,
  deskService,
  deskSubject,
  edgeInbox,
  enrolSubject,
  eventStream,
  eventSubject,
  factStream,
  feedInbox,
  historySubject,
  hubDomain,
  keptStream,
  keptSubject,
  liveSubject,
  referenceSubject,
  refillSubject,
  straySubject,
} from '../shared/subject.ts';

/** What a user of a nats-server may publish and subscribe to, as its configuration spells it. */
export type Permissions = {
  publish: { allow: readonly string[] };
  subscribe: { allow: readonly string[] };
};

/** The hub's API of JetStream: across a leaf under the domain's name. */
const lastOf = (stream: string, subject: string) =>
  `$JS.${hubDomain}.API.DIRECT.GET.${stream}.${subject}`;

/**
 * All that an edge with these lines needs, and no subject of another line. The same holds for the
 * edge at its leaf, and at the hub for the leaf that carries it.
 */
export function edgePermissions(lines: readonly string[]): Permissions {
  const first = lines[0]!;
  const publish = lines.flatMap((line) => [
    ...[eventSubject, liveSubject, enrolSubject, historySubject, straySubject].map((of) =>
      of(line),
    ),
    ...[commandSubject(line), referenceSubject(line)],
    lastOf(eventStream, eventSubject(line)),
    lastOf(keptStream, keptSubject(line)),
  ]);
  const subscribe = lines.flatMap((line) => [
    ...[keptSubject(line), refillSubject(line), bellSubject(line)],
  ]);
  return {
    // Answers to what central asks: in its inbox, or, where the hub keeps accounts apart, where the
    // server says, and nowhere but in the account of the leaf.
    publish: { allow: [...publish, beatSubject(first), `${centralInbox}.>`, '_R_.>'] },
    subscribe: { allow: [...subscribe, `${edgeInbox(first)}.>`] },
  };
}

/** What `nats service ls|info|stats` asks of our service. */
export const serviceSubjects = ['PING', 'INFO', 'STATS'].flatMap((verb) => [
  `$SRV.${verb}`,
  `$SRV.${verb}.${deskService}`,
  `$SRV.${verb}.${deskService}.*`,
]);
/** What the stock `nats` asks about streams and consumers, changing neither. */
export const jetstreamSubjects = (api: string): string[] =>
  [
    ...['INFO', 'STREAM.NAMES', 'STREAM.LIST', 'STREAM.INFO.*', 'STREAM.MSG.GET.*'],
    ...['DIRECT.GET.>', 'CONSUMER.NAMES.*', 'CONSUMER.LIST.*', 'CONSUMER.INFO.*.*'],
  ].map((what) => `${api}.${what}`);

const names = Object.keys(endpoints) as EndpointName[];
const deskUser = (may: readonly EndpointName[], api = '$JS.API'): Permissions => ({
  publish: { allow: [...may.map(deskSubject), ...serviceSubjects, ...jetstreamSubjects(api)] },
  subscribe: { allow: [`${deskInbox}.>`, '$JS.EVENT.ADVISORY.>', 'hf.fact.>'] },
});

/** What somebody may ask the desk: all, only what changes nothing, or these operations. */
export type May = 'act' | 'look' | readonly EndpointName[];
const looks = () => names.filter((name) => wayOf(name).method === 'GET');

/** Of somebody in an account of their own: nobody else hears what comes to an inbox there. */
export function personPermissions(may: May): Permissions {
  const named = may === 'act' ? names : may === 'look' ? looks() : may;
  const { publish, subscribe } = deskUser(named, deskApi);
  return { publish, subscribe: { allow: ['_INBOX.>', ...subscribe.allow] } };
}

/** Of a user at the hub who looks after the plant: asks the desk everything, and acts there. */
export const opsPermissions = (): Permissions => deskUser(names);

/** Of a user who only looks: no operation that acts, not even its dry run. */
export const viewerPermissions = (): Permissions => deskUser(looks());

/**
 * Of a consumer of the feed, whose place central keeps under this name (`feed.consumers`): asks for
 * messages there, acknowledges them, and begins again at the last that it has acknowledged. It
 * makes no consumer: whoever may do that has the server publish on any subject that it names.
 */
export const feedPermissions = (name: string, api = '$JS.API'): Permissions => ({
  publish: {
    allow: [
      ...['INFO', 'MSG.NEXT', 'RESET'].map(
        (what) => `${api}.CONSUMER.${what}.${factStream}.${name}`,
      ),
      `$JS.ACK.${factStream}.${name}.>`,
    ],
  },
  subscribe: { allow: [`${feedInbox(name)}.>`] },
});
