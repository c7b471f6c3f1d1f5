import { exampleLine, goldenMessages } from '../../shared/feed/golden.ts';
import { type FeedFact, type FeedMessage, headersOf } from '../../shared/feed/message.ts';
import { openMask } from '../../shared/feed/people.ts';
import { nameId } from '../../shared/identity.ts';
import { factSubject } from '../../shared/subject.ts';
import { traceHeader } from '../../shared/traceparent.ts';

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const namespace = '6d0ecf0c-5f8b-5d0f-9d5a-1f6a1a3c0039';

/** The same facts at another line, of other orders and lots, each with an id of its own. */
function elsewhere(message: FeedMessage): FeedMessage {
  const moved = JSON.stringify(message)
    .replaceAll(exampleLine, 'acme/lyon/turning/M04')
    .replaceAll('.M03.', '.M04.')
    .replaceAll('WO-1', 'WO-2')
    .replaceAll('L-1001', 'L-2001')
    .replace(uuid, (id) => nameId(namespace, id));
  return changed(JSON.parse(moved), {});
}

function changed(message: FeedMessage, data: Partial<FeedFact>): FeedMessage {
  const fact = { ...message.data, ...data };
  return { subject: factSubject(fact.line, fact.type), headers: headersOf(fact), data: fact };
}

/** With fields beside those that anybody knows: in the envelope, in the body, in the headers. */
const enriched = (message: FeedMessage): FeedMessage => ({
  ...changed(message, {
    ...({ added: 'of a newer version' } as object),
    body: { ...message.data.body, added: { deep: [1, null, 'of a newer version'] } },
  }),
  headers: { ...message.headers, 'Hf-Added': '1' },
});

/** With room for another fact behind each. */
const apart = (message: FeedMessage): FeedMessage => {
  const { sequence, position } = message.data;
  return changed(message, { sequence: sequence * 2, position: position * 2 });
};

/** The next fact, of a type or a version that only a newer program knows. */
const foreign = (message: FeedMessage, more: Partial<FeedFact>): FeedMessage => {
  const eventId = nameId(namespace, `${message.data.eventId} ${JSON.stringify(more)}`);
  const [sequence, position] = [message.data.sequence + 1, message.data.position + 1];
  const body = { steps: '3', of: { what: [] } };
  return changed(message, { ...more, eventId, sequence, position, body });
};

/** As it may come: told by an older release without a trace, told of, or in a form of later. */
function retraced(message: FeedMessage, at: number): FeedMessage {
  const { [traceHeader]: traceparent = '', ...headers } = message.headers;
  const told = traceparent.replace(/00$/, '01');
  const ways = [undefined, told, told.replace(/^00/, 'cc').concat('-what-the-future-will-be-like')];
  const way = ways[at % ways.length];
  return { ...message, headers: way === undefined ? headers : { ...headers, [traceHeader]: way } };
}

const alternating = (one: readonly FeedMessage[], other: readonly FeedMessage[]) =>
  one.flatMap((message, at) => [message, other[at]!]);

const mask = openMask(Buffer.alloc(32, 7));
const masked = (message: FeedMessage): FeedMessage =>
  changed(message, {
    actor: mask.actor(message.data.actor),
    body: mask.body(message.data.type, message.data.body),
  });

/** What a consumer must bear, and with which other way of telling it must end alike. */
export type Trial = Readonly<{
  name: string;
  says: string;
  messages: readonly FeedMessage[];
  /** Ends in the same state as this; absent where it is enough that nothing fails. */
  like?: readonly FeedMessage[];
}>;

/** Every rule of the feed that a consumer can break. */
export function trials(): readonly Trial[] {
  const all = [...goldenMessages().values()];
  const other = all.map(elsewhere);
  const tail = all.slice(Math.floor(all.length / 10));
  const wide = all.map(apart);
  const odd = all.filter((_, at) => at % 2 === 0);
  return [
    { name: 'golden', says: 'every type, with all and with the least it may say', messages: all },
    {
      ...{ name: 'duplicates', says: 'each message twice ends like once' },
      ...{ messages: all.flatMap((one) => [one, one]), like: all },
    },
    {
      ...{ name: 'redelivery', says: 'all but the first tenth told again ends like once' },
      ...{ messages: [...all, ...tail], like: all },
    },
    {
      ...{ name: 'from the start', says: 'all told again from the start ends like once' },
      ...{ messages: [...all, ...all], like: all },
    },
    {
      ...{ name: 'order', says: 'lines one after the other end like lines side by side' },
      ...{ messages: alternating(all, other), like: [...other, ...all] },
    },
    {
      ...{ name: 'unknown fields', says: 'what a newer version adds changes nothing' },
      ...{ messages: all.map(enriched), like: all },
    },
    {
      ...{ name: 'new types', says: 'a type that is not known is passed over' },
      messages: wide.flatMap((one) => [one, foreign(one, { type: 'RobotDanced' })]),
      like: wide,
    },
    {
      ...{ name: 'new versions', says: 'a version that is not known is passed over' },
      messages: wide.flatMap((one) => [one, foreign(one, { version: 99 })]),
      like: wide,
    },
    {
      ...{
        name: 'traces',
        says: 'a trace that is absent, told of or of a later form changes nothing',
      },
      ...{ messages: all.map(retraced), like: all },
    },
    { name: 'holes', says: 'sequences with holes, as with a filter', messages: odd },
    { name: 'people', says: 'people by pseudonyms, without names', messages: all.map(masked) },
  ];
}
