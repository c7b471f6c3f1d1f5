import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fieldsOf } from '../../central/erp/exchange.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Entities } from './d365entities.ts';

export type State = 'Queued' | 'Processed' | 'Failed' | 'Canceled';
/** A message of the queue; its place in the list, from 1, is its number. */
export type Message = {
  company: string;
  queue: string;
  type: string;
  content: string;
  order: string;
  state: State;
  tries: number;
  words: string;
};
/** A line that was booked by one message. */
export type Booked = Readonly<{ message: number; type: string; line: Record<string, unknown> }>;
/** What befalls the next request: nothing, or this. */
export type Mishap =
  | Readonly<{ kind: 'answer'; status: number; text: string; headers?: Record<string, string> }>
  | Readonly<{ kind: 'cut' }> // before anything was done
  | Readonly<{ kind: 'lost' }> // after it was done
  | Readonly<{ kind: 'slow'; until: Promise<void> }>; // done after that
type Given = {
  clock?: Clock;
  tokenLifeSeconds?: number;
  triesMax?: number;
  isNew?: boolean;
  /** Master data and orders; none without. */
  entities?: Entities;
};
export type Sandbox = Awaited<ReturnType<typeof startDynamics>>;

const sendPath = '/api/services/SysMessageServices/SysMessageService/SendMessage';
const rowsPath = '/data/SysMessageProcessorMessages';
const lineNames = ['RouteCardLines', 'PickingListLines', 'ReportFinishedLines'];
const secret = 's3cret~of.the-application';
const triesUsual = 3;
/** What was posted in another year; none of it is in `messages`. */
const older = {
  ...{ MessageId: 'older', MessageState: 'Processed', MessageInfolog: '' },
  MessageContent: '{"HoldfastKey":"01890000-0000-7000-8000-00000000000a"}',
};

/** The batch job's queue and the books, without any network. */
function openProcessor(triesMax: number) {
  const messages: Message[] = [];
  const booked: Booked[] = [];
  const closed = new Set<string>(); // orders that are ended

  function flaw({ content, order, company, queue }: Message): string | undefined {
    const given = fieldsOf(content);
    if (company !== 'USMF' || queue !== 'JmgMES3P') return 'no such company or queue';
    if (closed.has(order)) return `Production order ${order} is ended.`;
    const lines = lineNames.flatMap((name) => (given[name] as object[] | undefined) ?? []);
    const isWhole = lines.length > 0 || given['DispositionCode'] !== undefined;
    return isWhole ? undefined : 'The message has no line.';
  }

  function execute(number: number): void {
    const message = messages[number - 1]!;
    const words = flaw(message);
    message.tries += 1;
    if (words !== undefined) {
      message.words = words;
      if (message.tries >= triesMax) message.state = 'Failed';
      return;
    }
    const given = fieldsOf(message.content);
    const lines = lineNames.flatMap((name) => (given[name] as Booked['line'][] | undefined) ?? []);
    for (const line of lines.length > 0 ? lines : [given]) {
      booked.push({ message: number, type: message.type, line });
    }
    message.state = 'Processed';
  }

  return {
    ...{ messages, booked, closed },
    /**
     * The batch job, once: every order's messages in the order they came; one that fails is tried
     * again by the next runs, and keeps back what is behind it until it is called failed.
     */
    work(most = Number.POSITIVE_INFINITY): void {
      const stopped = new Set<string>();
      let left = most;
      messages.forEach((message, at) => {
        if (message.state !== 'Queued' || stopped.has(message.order) || left === 0) return;
        left -= 1;
        execute(at + 1);
        if (message.state === 'Queued') stopped.add(message.order);
      });
    },
    /** A person cancels a message that waits or has failed, or puts one back into the queue. */
    cancel(number: number): void {
      messages[number - 1]!.state = 'Canceled';
    },
    requeue(number: number): void {
      Object.assign(messages[number - 1]!, { state: 'Queued', tries: 0 });
    },
    /** Keys that more than one message has booked. */
    doubles(keyField: string): string[] {
      const done = messages.filter(({ state }) => state === 'Processed');
      const keys = done.map(({ content }) => `${fieldsOf(content)[keyField]}`);
      return keys.filter((key, at) => keys.indexOf(key) !== at);
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

function say(response: ServerResponse, status: number, value: unknown, headers = {}): unknown {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}

/**
 * Dynamics 365 as far as the connector needs it, on 127.0.0.1: Entra ID's tokens, SendMessage, the
 * message processor, and its messages by OData. How messages are read is [K], as in the connector.
 */
export async function startDynamics(given: Given = {}) {
  const { clock, tokenLifeSeconds = 3_600, triesMax, isNew = false } = given;
  const nowMs = () => clock?.monotonicMs() ?? performance.now();
  const processor = openProcessor(triesMax ?? triesUsual);
  const { messages } = processor;
  const tokens = new Map<string, number>(); // until when each is good
  let alter: (content: string) => string = (content) => content;
  const counts = { tokens: 0, sent: 0, asked: 0, unauthorised: 0 };
  let mishap: (path: string) => Mishap | undefined = () => undefined;

  function grant(body: string, response: ServerResponse): unknown {
    const given = new URLSearchParams(body);
    counts.tokens += 1;
    const isGood =
      given.get('client_secret') === secret &&
      given.get('client_id') === 'holdfast' &&
      given.get('grant_type') === 'client_credentials' &&
      given.get('scope') === `${url}/.default`;
    if (!isGood) {
      const words = { error: 'invalid_client', error_description: `not ${body}` };
      return say(response, 401, words);
    }
    const token = `token-${counts.tokens}-of-the-application`;
    tokens.set(token, nowMs() + tokenLifeSeconds * 1_000);
    return say(response, 200, { access_token: token, expires_in: tokenLifeSeconds });
  }

  const isKnown = ({ headers }: IncomingMessage): boolean => {
    const until = tokens.get(headers.authorization?.replace(/^Bearer /, '') ?? '');
    return until !== undefined && nowMs() < until;
  };

  function enqueue(body: string): number {
    const given = fieldsOf(body);
    const content = alter(`${given['_messageContent']}`);
    const { ProductionOrderNumber: order, BatchNumber: batch } = fieldsOf(content);
    return messages.push({
      ...{ company: `${given['_companyId']}`, queue: `${given['_messageQueue']}` },
      ...{ type: `${given['_messageType']}`, content, order: `${order ?? batch}` },
      ...{ state: 'Queued', tries: 0, words: '' },
    });
  }

  function rows(query: URLSearchParams): object {
    const filter = query.get('$filter') ?? '';
    const [, part] = /^MessageContent eq '\*(.+)\*'$/.exec(filter) ?? [];
    const [, id] = /^MessageId eq '(.+)'$/.exec(filter) ?? [];
    const found = messages.flatMap(({ state, content, words }, at) => {
      const isOne = part === undefined ? `${at + 1}` === id : content.includes(part);
      if (!isOne && query.has('$filter')) return [];
      const own = { MessageId: at + 1, MessageState: state };
      return [{ ...own, MessageContent: content, MessageInfolog: words }];
    });
    const isMeant = !query.has('$filter') || (part && older.MessageContent.includes(part));
    const all = isMeant && !isNew ? [older, ...found] : found;
    return { value: all.slice(0, Number(query.get('$top'))) };
  }

  function serve(request: IncomingMessage, response: ServerResponse, body: string): unknown {
    const { pathname, searchParams } = new URL(request.url!, url);
    if (pathname === '/tenant/oauth2/v2.0/token') return grant(body, response);
    if (!isKnown(request)) {
      counts.unauthorised += 1;
      return say(response, 401, '');
    }
    if (pathname === sendPath && request.method === 'POST') {
      counts.sent += 1;
      return say(response, 200, { $id: '1', MessageId: enqueue(body) });
    }
    const set = pathname.replace('/data/', '');
    const known = pathname === rowsPath ? undefined : given.entities?.answer(set, searchParams);
    if (known) return say(response, 200, known);
    if (pathname !== rowsPath) return say(response, 404, '');
    counts.asked += 1;
    return say(response, 200, rows(searchParams));
  }

  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const { pathname } = new URL(request.url!, url);
    const given = mishap(pathname);
    if (given?.kind === 'cut') return request.socket.destroy();
    if (given?.kind === 'answer') return say(response, given.status, given.text, given.headers);
    if (given?.kind === 'slow') await given.until;
    if (given?.kind === 'lost') {
      const nobody = { writeHead: () => nobody, end: () => nobody } as unknown as ServerResponse;
      serve(request, nobody, body);
      return request.socket.destroy();
    }
    return serve(request, response, body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    ...{ ...processor, url, counts, secret },
    tokenUrl: `${url}/tenant/oauth2/v2.0/token`,
    /** What befalls each request from now on, by its path; nothing without. */
    befall(next: typeof mishap = () => undefined): void {
      mishap = next;
    },
    /** What becomes of a content as it is queued; it stays as it is without. */
    change(how: typeof alter = (content) => content): void {
      alter = how;
    },
    /** No token is good any more. */
    expire: (): void => tokens.clear(),
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
