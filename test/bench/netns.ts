import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
/** Of networks of this size nobody else is likely to have one here. */
const subnet = '10.213.77';

/** Why there can be no network namespaces here; undefined where there can. */
export function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are of Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const name = `hf${process.pid}-try`;
  try {
    run('ip', 'netns', 'add', name);
    run('ip', 'netns', 'delete', name);
    return undefined;
  } catch (error) {
    return `ip netns: ${(error as Error).message.split('\n').slice(-2)[0]}`;
  }
}

export type Networks = Awaited<ReturnType<typeof openNetworks>>;

/**
 * Places with a network stack each, on one switch: what runs in one reaches the others by their
 * addresses alone. This process reaches all of them too. Nothing is left behind by `close`.
 */
export async function openNetworks(names: readonly string[]) {
  const tag = `hf${process.pid}`;
  const space = (name: string) => `${tag}-${name}`;
  const hub = space('net');
  const made: string[] = [];
  const own = `${tag}r`; // 15 letters at most

  function add(name: string): void {
    run('ip', 'netns', 'add', name);
    made.push(name);
    run('ip', '-n', name, 'link', 'set', 'lo', 'up');
  }
  /** A cable from a place, or from here, to the switch; its end there is named for the place. */
  function plug(name: string, last: number, place?: string): void {
    const inside = place === undefined ? own : 'eth0';
    const where = place === undefined ? [] : ['netns', place];
    const far = ['peer', 'name', name, 'netns', hub];
    run('ip', 'link', 'add', inside, ...where, 'type', 'veth', ...far);
    const at = place === undefined ? [] : ['-n', place];
    run('ip', ...at, 'address', 'add', `${subnet}.${last}/24`, 'dev', inside);
    run('ip', ...at, 'link', 'set', inside, 'up');
    run('ip', '-n', hub, 'link', 'set', name, 'master', 'switch', 'up');
  }
  function close(): void {
    for (const name of made.reverse()) run('ip', 'netns', 'delete', name);
    made.length = 0;
  }

  const addressOf = (name: string) => `${subnet}.${names.indexOf(name) + 1}`;
  const addAll = () => {
    add(hub);
    run('ip', '-n', hub, 'link', 'add', 'switch', 'type', 'bridge');
    run('ip', '-n', hub, 'link', 'set', 'switch', 'up');
    plug('here', 254);
    names.forEach((name, at) => {
      add(space(name));
      plug(name, at + 1, space(name));
    });
  };
  try {
    addAll();
  } catch (error) {
    close();
    throw error;
  }
  await delay(100); // the switch learns who is there

  return {
    addressOf,
    /** What a command is put behind, to run in the place. */
    under: (name: string): string[] => ['ip', 'netns', 'exec', space(name)],
    /** Nothing goes to the place or comes from it, and nobody is told. */
    part: (name: string): void => void run('ip', '-n', hub, 'link', 'set', name, 'down'),
    heal: (name: string): void => void run('ip', '-n', hub, 'link', 'set', name, 'up'),
    /** Makes both ways of a place long and lossy, or, where the kernel cannot, thin; says which. */
    spoil(name: string): string {
      const ends = [
        ['-n', hub, 'qdisc', 'add', 'dev', name, 'root'],
        ['-n', space(name), 'qdisc', 'add', 'dev', 'eth0', 'root'],
      ];
      const [bad, thin] = [
        ['netem', 'delay', '30ms', '5ms', 'loss', '2%'],
        ['tbf', 'rate', '1mbit', 'burst', '8kb', 'latency', '40ms'],
      ];
      try {
        for (const end of ends) run('tc', ...end, ...bad!);
        return '30 ms and 2 % loss each way (netem)';
      } catch {
        for (const end of ends) run('tc', ...end, ...thin!);
        return '1 Mbit/s, up to 40 ms of queue, and loss beyond (tbf: no netem in this kernel)';
      }
    },
    /** Packets that were lost on the ways of a place so far. */
    lost(name: string): number {
      const told = [
        run('tc', '-n', hub, '-s', 'qdisc', 'show', 'dev', name),
        run('tc', '-n', space(name), '-s', 'qdisc', 'show', 'dev', 'eth0'),
      ];
      return told.reduce((sum, text) => sum + Number(/dropped (\d+)/.exec(text)?.[1] ?? 0), 0);
    },
    close,
  };
}
