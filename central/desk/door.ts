import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { Fault } from '../../shared/fault.ts';
import type { Bell } from '../../shared/loop.ts';
import { askedSubject, deskAccount, plantAccount } from '../../shared/subject.ts';
import type { CentralConfig } from '../config.ts';
import type { Asker } from './asker.ts';

/** Where the server tells a user who it is; longest wait for it, ms, and how often it is asked. */
const whoSubject = '$SYS.REQ.USER.INFO';
const waitMs = 5_000;
const triesMax = 3;
/** What the server writes on what comes across from another account, over whatever stands there. */
const infoHeader = 'Nats-Request-Info';
const ofDesk = deskAccount('');

type Info = Readonly<{ acc?: unknown; user?: unknown }>;
type Parts = { connection: Pick<NatsConnection, 'request'> };
export type Door = ReturnType<typeof openDoor>;

function infoOf(text: string): Info | undefined {
  try {
    const info: unknown = JSON.parse(text);
    return typeof info === 'object' && info !== null ? info : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Who asks on NATS. A name is proved only of what came where nobody but the hub can bring it, at a
 * hub that keeps accounts apart as `cli/deskaccounts.ts` writes them: central looks in which
 * account it is itself. While that is not known no name is proved, and whether names must be is as
 * it was known last: a lost connection makes nothing easier.
 */
export function openDoor({ connection }: Parts) {
  let account: string | undefined;
  let isApart = false;
  let looks = 0;

  /** Undefined where the server does not tell, or tells of no account. */
  async function ask(): Promise<string | undefined> {
    try {
      const answer = await connection.request(whoSubject, '', { timeout: waitMs });
      const { data } = answer.json<{ data?: { account?: unknown } }>();
      return typeof data?.account === 'string' ? data.account : undefined;
    } catch {
      return undefined;
    }
  }

  return {
    /** Looks again, after each connect; a look that another has overtaken says nothing. */
    async look(): Promise<void> {
      account = undefined;
      const own = ++looks;
      for (let tries = 0; tries < triesMax; tries++) {
        const told = await ask();
        if (own !== looks) return;
        if (told === undefined) continue;
        account = told;
        isApart = told === plantAccount;
        return;
      }
    },
    /** Whether the hub keeps accounts apart, so that names can be proved there; as told last. */
    isApart: (): boolean => isApart,

    /** Throws Fault REFUSED where what the server must have written is not there once. */
    askerOf({ subject, headers }: Pick<Msg, 'subject' | 'headers'>): Asker {
      if (account !== plantAccount || !subject.startsWith(askedSubject(''))) return { way: 'nats' };
      const said = headers?.values(infoHeader) ?? [];
      const { acc, user } = (said.length === 1 ? infoOf(said[0]!) : undefined) ?? {};
      if (typeof acc !== 'string' || !acc.startsWith(ofDesk)) {
        throw new Fault('REFUSED', 'request: the hub does not say once, and of the desk, who asks');
      }
      const credential = typeof user === 'string' && user !== '' ? user.slice(0, 100) : undefined;
      return { way: 'nats', name: acc.slice(ofDesk.length), credential };
    },
  };
}

/** The door of a connection, which looks again at each reconnect and rings; until it closes. */
export async function watchDoor(connection: NatsConnection, reconnected: Bell) {
  const door = openDoor({ connection });
  await door.look();
  const watching = (async () => {
    for await (const { type } of connection.status()) {
      if (type !== 'reconnect') continue;
      reconnected.ring();
      void door.look();
    }
  })();
  return { door, watching };
}

/** Whether names must be proved: always, never, or where the hub can prove them. */
export const demandOf =
  ({ proof }: CentralConfig, door: Door) =>
  (): boolean =>
    proof === 'always' || (proof === 'hub' && door.isApart());
