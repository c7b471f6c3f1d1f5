// What the stock `nats` CLI sends for a command line, by its source (natscli and jsm.go).
import { headers, type Msg, type NatsConnection } from '@nats-io/nats-core';

const timeout = 30_000;
type Json = ReturnType<typeof JSON.parse>;
export type Said = Readonly<{ json: Json; text: string; code: string | undefined }>;

/** The words of a command line as a shell gives them; what is piped on is left out. */
export function wordsOf(row: string): string[] {
  const words = [...row.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
  const pipe = words.indexOf('|');
  return pipe === -1 ? words : words.slice(0, pipe);
}

const option = (words: readonly string[], name: string): string | undefined => {
  const at = words.indexOf(name);
  return at === -1 ? undefined : words[at + 1];
};

function said(message: Msg): Said {
  const text = message.string();
  const code = message.headers?.get('Nats-Service-Error-Code') || undefined;
  return { text, json: /^[[{]/.test(text) ? JSON.parse(text) : undefined, code };
}

/**
 * Answers a command line with what the server or a service answers to it; the last answer. `prefix`
 * as by `--js-api-prefix`.
 */
export function openNatsCli(connection: NatsConnection, prefix = '$JS.API') {
  async function ask(subject: string, payload: object | string = '', head?: string): Promise<Said> {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
    const given = headers();
    const [name, value] = head?.split(':') ?? [];
    if (name !== undefined) given.set(name, value ?? '');
    const options = { timeout, ...(head === undefined ? {} : { headers: given }) };
    return said(await connection.request(subject, body, options));
  }
  /** Whether it may be listened to: what is said there is another matter. */
  async function hear(subject: string): Promise<Said> {
    let refusal: string | undefined;
    const callback = (error: Error | null) => {
      refusal ??= error?.message;
    };
    const heard = connection.subscribe(subject, { callback });
    await connection.flush();
    heard.unsubscribe();
    return { text: refusal ?? `listening on ${subject}`, json: undefined, code: undefined };
  }
  const api = (what: string, payload?: object) => ask(`${prefix}.${what}`, payload ?? '');
  const last = (stream: string, subject: string) =>
    api(`STREAM.MSG.GET.${stream}`, { last_by_subj: subject });

  const micro = {
    ping: () => ask('$SRV.PING'),
    ls: () => ask('$SRV.INFO'),
    async info(name: string) {
      const { json } = await ask(`$SRV.INFO.${name}`);
      const stats = await ask(`$SRV.STATS.${name}.${json.id}`);
      return { ...stats, json: { info: json, stats: stats.json } };
    },
    stats: (name: string) => ask(`$SRV.STATS.${name}`),
  };
  const stream = {
    ls: () => api('STREAM.LIST', { offset: 0 }),
    info: (name: string) => api(`STREAM.INFO.${name}`),
    state: (name: string) => api(`STREAM.INFO.${name}`),
    subjects: (name: string) => api(`STREAM.INFO.${name}`, { subjects_filter: '>' }),
    get: (name: string, ...more: string[]) => last(name, option(more, '--last-for')!),
  };
  const consumer = {
    ls: (of: string) => api(`CONSUMER.LIST.${of}`, { offset: 0 }),
    info: (of: string, name: string) => api(`CONSUMER.INFO.${of}.${name}`),
  };
  const kv = { ls: () => api('STREAM.LIST', { offset: 0, subject: '$KV.*.>' }) };
  const check = {
    async jetstream() {
      const info = await api('INFO');
      const { json } = await api('STREAM.LIST', { offset: 0 });
      return { ...info, json: { ...info.json, list: json.streams } };
    },
    stream: (...words: string[]) => api(`STREAM.INFO.${option(words, '--stream')}`),
    consumer: (...words: string[]) =>
      api(`CONSUMER.INFO.${option(words, '--stream')}.${option(words, '--consumer')}`),
    message: (...words: string[]) => last(option(words, '--stream')!, option(words, '--subject')!),
    async request(...words: string[]) {
      const answer = await ask(option(words, '--subject')!);
      const isMatch = new RegExp(option(words, '--match-payload')!).test(answer.text);
      return { ...answer, json: { isMatch } };
    },
  };
  const verbs: Record<string, Record<string, (...words: string[]) => Promise<Said>>> = {
    ...{ micro, stream, consumer, kv, check },
  };

  return async (words: readonly string[]): Promise<Said> => {
    const [nats, verb, ...rest] = words;
    if (nats !== 'nats') throw new Error(`${words.join(' ')}: is no nats`);
    if (verb === 'rtt') return { text: `${await connection.rtt()}`, json: {}, code: undefined };
    if (verb === 'sub') return hear(rest[0]!);
    if (verb === 'req') return ask(rest[0]!, rest[1], option(rest, '-H'));
    const [what = '', ...more] = verb === 'server' ? rest.slice(1) : rest;
    const known = verbs[verb === 'server' ? rest[0]! : verb!]?.[what];
    if (!known) throw new Error(`${words.join(' ')}: nobody knows what the CLI sends for it`);
    return known(...more);
  };
}
