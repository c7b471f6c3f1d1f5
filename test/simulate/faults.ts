import { random } from '../helpers/random.ts';
import { media } from './media.ts';
import { type Act, boxOf, type Mishap, type Scene } from './scene.ts';
import { workOf } from './shifts.ts';
import { hashOf } from './world.ts';

const crash =
  (kind: 'before' | 'after'): Act =>
  (scene, mishap) => {
    const { disk, lives, start } = boxOf(scene, mishap);
    const living = lives();
    disk.arm({ kind, left: mishap.size, times: 1 });
    const look = () => {
      if (boxOf(scene, mishap).life().alive && lives() === living) disk.arm(undefined);
      start();
    };
    scene.world.after(scene.world.nature, mishap.forMs, look);
  };
const diskTrouble =
  (kind: 'full' | 'error'): Act =>
  (scene, mishap) => {
    const { disk } = boxOf(scene, mishap);
    disk.arm({ kind, left: mishap.size, times: 1 + (mishap.size % 7) });
    scene.world.after(scene.world.nature, mishap.forMs, () => disk.arm(undefined));
  };

const all = {
  crashBefore: crash('before'),
  crashAfter: crash('after'),
  diskFull: diskTrouble('full'),
  diskError: diskTrouble('error'),
  kill(scene, mishap) {
    const box = boxOf(scene, mishap);
    box.kill();
    scene.world.after(scene.world.nature, mishap.forMs, box.start);
  },
  restart: (scene, mishap) => boxOf(scene, mishap).restart(),
  cut(scene, mishap) {
    const { link } = boxOf(scene, mishap);
    link.up = false;
    scene.world.after(scene.world.nature, mishap.forMs, () => {
      link.up = true;
      scene.hub.resume();
      scene.central.reconnect();
    });
  },
  lossy(scene, mishap) {
    const { link } = boxOf(scene, mishap);
    link.loss = 0.05 + (mishap.size % 30) / 100;
    link.delay = (mishap.size % 50) / 100;
    scene.world.after(scene.world.nature, mishap.forMs, () => {
      link.loss = 0;
      link.delay = 0;
    });
  },
  hubDown: (scene, mishap) => restartHub(scene, mishap, () => undefined),
  hubForgets: (scene, mishap) =>
    restartHub(scene, mishap, () => scene.hub.forget(1 + (mishap.size % 9))),
  hubEmpty: (scene, mishap) => restartHub(scene, mishap, () => scene.hub.forget()),
  /** Central is away, and what it has not read yet has a hole. */
  hubHole(scene, mishap) {
    const { hub, central, world } = scene;
    central.link.up = false;
    world.after(world.nature, mishap.forMs, () => {
      hub.lose(mishap.size % 3);
      central.link.up = true;
      hub.resume();
      central.reconnect();
    });
  },
  clockStep(scene, mishap) {
    const { wall } = boxOf(scene, mishap);
    const minutes = [-90, -3, 2, 61, 1_500][mishap.size % 5]!;
    wall.offsetMs += minutes * 60_000;
  },
  clock1970(scene, mishap) {
    const { wall } = boxOf(scene, mishap);
    const offsetMs = wall.offsetMs;
    wall.offsetMs = -scene.world.clockOf(scene.world.nature, { offsetMs: 0 }).nowMs();
    scene.world.after(scene.world.nature, mishap.forMs, () => {
      wall.offsetMs = offsetMs;
    });
  },
  erpTrouble({ world, books }, { size, forMs }) {
    books.setOdds(0.1 + (size % 60) / 100);
    world.after(world.nature, forMs, () => books.setOdds(0));
  },
  /** Somebody works at an order in the ERP: the next one that is asked for. */
  erpLocked: ({ books }, { forMs }) => books.lockNext(forMs),
  ...media,
} satisfies Record<string, Act>;
type Kind = keyof typeof all;
/** Every kind of mishap there is. */
export const kinds: Readonly<Record<string, Act>> = all;

function restartHub({ world, hub, central }: Scene, { forMs }: Mishap, change: () => void): void {
  if (!hub.isUp()) return;
  hub.stop();
  world.after(world.nature, forMs, () => {
    if (hub.isUp()) return;
    change();
    hub.start();
    central.reconnect();
  });
}

const death = ['crashBefore', 'crashAfter', 'kill', 'restart', 'diskFull', 'diskError'] as const;
const days = ['clockStep', 'clock1970'] as const;
const ways = ['cut', 'lossy', 'lossy', 'hubDown', 'hubForgets', 'hubEmpty', 'hubHole'] as const;
/** What is drawn apart from the rest. */
const apart: readonly Kind[] = [
  ...(['swapDisk', 'swapDisk', 'restoreBackup', 'restoreBackup', 'cloneDisk'] as const),
  ...(['twinBox', 'damageDisk', 'damageDisk', 'crashStep', 'crashStep', 'erpLocked'] as const),
];
/** What does no harm unless it lasts. */
const lasting = new Set<Kind>([
  'erpTrouble',
  'lossy',
  'hubHole',
  'erpLocked',
  'restoreBackup',
  'cloneDisk',
]);
/** What a day may be like: the troubles that come together, and where. */
const themes: readonly { kinds: readonly Kind[]; centralOnly?: true }[] = [
  { kinds: [...death, ...days, ...ways, 'erpTrouble'] },
  { kinds: [...death, ...days] },
  { kinds: ways },
  { kinds: ['kill', 'crashAfter', 'lossy', 'hubForgets', 'hubHole'] },
  { kinds: ['erpTrouble', 'erpTrouble', ...days, 'kill', 'crashBefore'], centralOnly: true },
];

/**
 * What will go wrong within `hours`, drawn from the seed: little or much; much if `busy`. It may be
 * at any time, and as often as for the hours in which somebody works.
 */
export function draw(seed: number, boxes: number, hours: number, busy = false): Mishap[] {
  const { below } = random(hashOf('mishaps', seed));
  const worked = workOf(hours).hours;
  const theme = themes[below(themes.length)]!;
  const some = below(2 + Math.ceil(worked * [1, 4, 12][below(3)]!));
  const count = busy ? Math.ceil(worked * 12) : some;
  const place = theme.centralOnly ? () => boxes - 1 : () => below(boxes);
  const mishaps = series(count, hours, theme.kinds, below, place);
  const dice = random(hashOf('media', seed));
  const drawn = dice.below(1 + Math.ceil(worked * [0, 1, 3, 8][dice.below(4)]!));
  const few = busy ? Math.ceil(worked * 4) : drawn;
  mishaps.push(...series(few, hours, apart, dice.below, () => dice.below(boxes)));
  const inTime = mishaps.filter(({ atMs }) => atMs < hours * 3_600_000);
  return inTime.sort((a, b) => a.atMs - b.atMs);
}

type Below = (limit: number) => number;
function series(
  count: number,
  hours: number,
  kinds: readonly Kind[],
  below: Below,
  place: () => number,
): Mishap[] {
  let last = 0;
  return Array.from({ length: count }, () => {
    // Troubles come together: every second one within a minute after another.
    last = below(2) === 0 ? below(hours * 3_600_000) : last + below(60_000);
    const kind = kinds[below(kinds.length)]!;
    const lengths = lasting.has(kind) ? [60_000, 600_000, 3_600_000] : [50, 2_000, 30_000, 600_000];
    return {
      kind,
      atMs: last,
      box: place(),
      forMs: lengths[below(lengths.length)]! + below(5_000),
      size: below([4, 40, 400][below(3)]!),
    };
  });
}

/** Sets everything right again. */
export function heal({ world, hub, books, edges, central, fitter }: Scene): void {
  world.say('all is well again');
  books.setOdds(0);
  books.lockNext(0);
  if (!hub.isUp()) hub.start();
  for (const box of [...edges, central]) {
    Object.assign(box.link, { up: true, loss: 0, delay: 0 });
    box.disk.arm(undefined);
    box.life().fuse = undefined;
    box.start();
  }
  fitter.bringAllBack();
  hub.resume();
  central.reconnect();
}

export const nameOf = ({ kind, box, forMs, size }: Mishap, boxes: readonly string[]): string =>
  `${kind} ${boxes[box]} for ${forMs} ms, size ${size}`;
