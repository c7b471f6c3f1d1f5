// A leaf that obeys nobody: it speaks the hub's protocol byte by byte, and sends what no
// nats-server would.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect as dial, type Socket } from 'node:net';
import { connect as shake } from 'node:tls';
import { nkeys } from '@nats-io/nats-core';
import type { Tls } from '../../cli/leaftls.ts';
import { waitFor } from './plantnet.ts';

const waitMs = 30_000;

export type Way = {
  port: number;
  /** The seed that it signs with; `nkey` the public key that it says is its own. */
  seed?: string;
  nkey?: string;
  /** Plain TCP if absent. */
  tls?: Partial<Tls>;
  /** What else it says when it introduces itself. */
  more?: Record<string, unknown>;
};
export type Heard = { subject: string; reply: string; text: string };
export type Rawleaf = Awaited<ReturnType<typeof openRawleaf>>;

const read = (path: string | undefined) => (path === undefined ? undefined : readFileSync(path));

function openSocket({ port, tls }: Way): Socket {
  if (!tls) return dial({ host: '127.0.0.1', port });
  const [ca, cert, key] = [read(tls.caPath), read(tls.certPath), read(tls.keyPath)];
  return shake({ ...{ host: '127.0.0.1', port, rejectUnauthorized: false }, ca, cert, key });
}

/**
 * The messages in what the hub has said, as far as it has said them: "LMSG subject [reply] size",
 * "LMSG subject + reply queue … size" or "| queue …", and HMSG with the size of headers before.
 */
function* messagesIn(said: Buffer): Generator<Heard> {
  const pattern = /([LH])MSG ([^\r\n]+)\r\n/g;
  const text = said.toString('latin1');
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const [subject, ...words] = found[2]!.split(' ');
    const size = Number(words.pop());
    const skipped = found[1] === 'H' ? Number(words.pop()) : 0;
    const reply = { '+': words[1], '|': '' }[words[0]!] ?? words[0] ?? '';
    const from = found.index + found[0].length;
    yield { subject: subject!, reply, text: text.slice(from + skipped, from + size) };
    pattern.lastIndex = from + size;
  }
}

/** Connects and introduces itself. Rejects with the hub's last words if it is not let in. */
export async function openRawleaf(way: Way) {
  const socket = openSocket(way);
  let said = Buffer.alloc(0);
  let end: string | undefined;
  socket.on('data', (bytes) => {
    said = Buffer.concat([said, bytes]);
    if (bytes.includes('PING\r\n')) socket.write('PONG\r\n');
  });
  socket.on('error', (error) => {
    end ??= error.message;
  });
  socket.on('close', () => {
    end ??= 'closed';
  });
  const wanted = new Set<string>();
  const heard = (): Heard[] => [...messagesIn(said)];
  const words = () => `${end ?? ''} ${/-ERR '[^']*'/.exec(said.toString('latin1'))?.[0] ?? ''}`;
  const until = async (what: string) => {
    await waitFor(() => said.includes(what) || end !== undefined, waitMs, what);
    if (!said.includes(what)) throw new Error(words());
  };
  const send = (line: string): void => void socket.write(`${line}\r\n`);

  await until('INFO {');
  await until('}');
  const info = JSON.parse(/INFO (\{.*\})/.exec(said.toString('latin1'))![1]!) as {
    nonce?: string;
  };
  const pair = way.seed === undefined ? undefined : nkeys.fromSeed(Buffer.from(way.seed));
  const sign = (nonce: string) => Buffer.from(pair!.sign(Buffer.from(nonce))).toString('base64url');
  const greeting = {
    ...{
      server_id: `N${randomBytes(12).toString('hex')}`,
      name: `rogue-${randomBytes(4).toString('hex')}`,
    },
    ...{ version: '2.15.1', proto: 1, headers: true, compression: 'off', tls_required: true },
    ...(pair && { nkey: way.nkey ?? pair.getPublicKey(), sig: sign(info.nonce ?? '') }),
    ...way.more,
  };
  send(`CONNECT ${JSON.stringify(greeting)}`);
  send('PING');
  await until('PONG\r\n');

  return {
    ...{ heard, name: greeting.name, serverId: greeting.server_id },
    words,
    isOpen: () => end === undefined && !/-ERR '(?:Auth|Max|Parser)/.test(said.toString('latin1')),
    /** What the hub says that it would carry for somebody else. */
    interests: () =>
      [...said.toString('latin1').matchAll(/LS\+ (\S+)/g)].map(([, subject]) => subject!),
    /** Says that somebody here wants to hear `subject`; said twice, the server forgets it. */
    listen(subject: string, queue = ''): void {
      const line = `LS+ ${subject}${queue && ` ${queue} 1`}`;
      if (!wanted.has(line)) send(line);
      wanted.add(line);
    },
    publish(subject: string, body: string | Buffer = '', reply = ''): void {
      const bytes = Buffer.from(body);
      socket.write(`LMSG ${subject} ${reply && `${reply} `}${bytes.length}\r\n`);
      socket.write(bytes);
      socket.write('\r\n');
    },
    /** The same with headers, e.g. "Nats-Rollup: all". */
    publishWith(subject: string, lines: string, body: string, reply = ''): void {
      const head = `NATS/1.0\r\n${lines}\r\n\r\n`;
      const sizes = `${head.length} ${head.length + body.length}`;
      send(`HMSG ${subject} ${reply && `${reply} `}${sizes}\r\n${head}${body}`);
    },
    close: () => socket.destroy(),
  };
}
