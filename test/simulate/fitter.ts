import type { CentralBox, EdgeBox } from './box.ts';
import { type Damage, handedOverIn, idsIn, salvage } from './damage.ts';
import { enrolmentsOf, idsOf, lacks, placesOf } from './rows.ts';
import type { World } from './world.ts';

/** A box that has lines of another one: an old disk, a clone, or one configured by mistake. */
export type Ghost = { box: EdgeBox; of: EdgeBox; cut: boolean };
type Parts = {
  world: World;
  edges: readonly EdgeBox[];
  central: CentralBox;
  open: (name: string, lines: readonly string[]) => EdgeBox;
  failed: (invariant: string, detail: string) => void;
};
export type Fitter = ReturnType<typeof openFitter>;

/** From the damage to the new medium, ms. */
const repairMs = 30_000;
/** What central can give a salvaged store it has given within this time, ms. */
const givenMs = 900_000;
const dead: readonly string[] = ['owned', 'stale'];

/**
 * The person who changes disks, gives leave, and salvages what is damaged, as docs/swap.md and
 * docs/backup.md say. Knows what can be lost by that: what was on a medium that nobody can read
 * any more, and not at central then.
 */
export function openFitter({ world, edges, central, open, failed }: Parts) {
  const { nature } = world;
  const shelf: { of: EdgeBox; image: Buffer }[] = [];
  const ghosts: Ghost[] = [];
  const damages = new Map<EdgeBox, Damage>();
  const salvaged = new Set<EdgeBox>();
  const stuckSince = new Map<EdgeBox, number>();
  const lost = new Set<string>();
  let over = false;
  let known = 0; // salvaged stores that were given up

  /** Nobody can read these any more, or say that they are what was stated. */
  function bury(ids: Iterable<string>): void {
    const places = placesOf(central.disk.real());
    for (const id of ids) if (!places.has(id)) lost.add(id);
  }

  function raise(of: EdgeBox, image: Buffer | undefined, cut: boolean): EdgeBox {
    const box = open(`${of.name}'${ghosts.length + 1}`, of.lines);
    box.disk.put(image);
    box.link.up = !cut;
    ghosts.push({ box, of, cut });
    world.say(`${box.name} has the lines of ${of.name}`);
    box.start();
    return box;
  }

  /** Docs/backup.md, "A damaged file". */
  function repair(edge: EdgeBox, damage: Damage): void {
    edge.kill();
    damages.delete(edge);
    const image = edge.disk.take();
    salvage(image, damage).then(({ image: next, aside, hit }) => {
      const saved = idsIn(next);
      const gone = handedOverIn(damage.before);
      const known = new Set([...saved.keys(), ...aside, ...hit, ...gone]);
      for (const id of idsIn(damage.before).keys()) {
        if (!known.has(id)) failed('an intact fact is not salvaged', `${edge.name}: ${id}`);
      }
      bury([...aside, ...hit, ...gone.filter((id) => !saved.has(id))]);
      world.say(`${edge.name}: ${saved.size} facts salvaged, ${aside.length} set aside`);
      edge.disk.put(next);
      salvaged.add(edge);
      world.after(nature, repairMs, edge.start);
    });
  }

  /** What proves nothing stays with what was salvaged: then central's history is all there is. */
  function isUnproven(edge: EdgeBox): boolean {
    const failures = edge.app()?.roster.all.map((actor) => actor.failure()) ?? [];
    return salvaged.has(edge) && failures.some((text) => text?.includes('does not lead to'));
  }

  /**
   * Docs/backup.md, "A line that stays stopped": central has had the time to give back what it can,
   * and a line still stands, or lacks facts of an epoch that is over.
   */
  function isStuck(edge: EdgeBox): boolean {
    const app = salvaged.has(edge) ? edge.app() : undefined;
    const isEntered = ({ state }: { state: string }) => state === 'entered';
    const states = app ? [...edge.disk.known(enrolmentsOf).values()] : [];
    const stands = app?.roster.all.some((actor) => actor.failure() !== undefined);
    const isOff = !app || !central.app() || !states.every(isEntered);
    if (isOff || !(stands || lacks(edge.disk, central.disk))) {
      stuckSince.delete(edge);
      return false;
    }
    const sinceMs = stuckSince.get(edge) ?? world.nowMs();
    stuckSince.set(edge, sinceMs);
    return world.nowMs() - sinceMs >= givenMs;
  }

  /** All lines come back from central, and the salvaged store is connected once as an old disk. */
  function giveUp(edge: EdgeBox): void {
    stuckSince.delete(edge);
    known += 1;
    world.say(`${edge.name}: the salvaged store is given up for an empty one`);
    const old = exchange(edge, undefined, false, repairMs);
    if (over) bringBack(old, false);
  }

  /** Lets the box have its lines, once all others that have them are off the network. */
  function permit(edge: EdgeBox): void {
    const states = edge.disk.known(enrolmentsOf);
    const needs = edge.lines.filter((line) => dead.includes(states.get(line)?.state ?? ''));
    for (const { box, of, cut } of ghosts) {
      if (of === edge) box.link.up = !cut && needs.length === 0;
    }
    if (needs.length === 0) return;
    world.after(central.life(), 0, () => {
      const registry = central.app()?.memory.registry;
      const open = registry?.shown().permits.map(({ line }) => line);
      for (const line of needs) if (!open?.includes(line)) registry?.permit(line, 'person:17');
    });
  }

  function exchange(
    edge: EdgeBox,
    next: Buffer | undefined,
    isGone: boolean,
    forMs: number,
  ): Buffer {
    edge.kill();
    const old = edge.disk.take();
    edge.disk.put(next);
    if (next === undefined) salvaged.delete(edge); // a backup is of the same medium
    if (isGone) bury(idsIn(old).keys());
    else shelf.push({ of: edge, image: old });
    world.after(nature, forMs, edge.start);
    return old;
  }

  function bringBack(image: Buffer, cut: boolean): EdgeBox | undefined {
    const at = shelf.findIndex((disk) => disk.image === image);
    const [disk] = at < 0 ? [] : shelf.splice(at, 1);
    return disk && raise(disk.of, image, cut);
  }

  return {
    ghosts: (): readonly Ghost[] => ghosts,
    lost: (id: string): boolean => lost.has(id),
    isOver: () => over,
    /** How often what is known to be open was met: docs/proof.md. */
    known: () => known,
    /** True while a salvaged store is given time, or is about to be given up. */
    isWaiting: () => stuckSince.size > 0,
    raise,

    /** Another medium is put into the box; the old one is gone, or lies on the shelf. */
    exchange,
    /** The image comes back from the shelf in a box of its own. */
    bringBack,
    harm(edge: EdgeBox, image: Buffer, damage: Damage): void {
      world.say(`${edge.name}: ${damage.kind} on page ${damage.page}`);
      edge.disk.spoil(image);
      damages.set(edge, damage);
    },

    /** Looks after every box. */
    tend(): void {
      for (const edge of edges) {
        const damage = damages.get(edge);
        const app = edge.app();
        const isStopped = app?.roster.all.some((actor) => actor.failure() !== undefined);
        if (damage && (edge.refused() || isStopped)) repair(edge, damage);
        else if (isUnproven(edge)) exchange(edge, undefined, true, repairMs);
        else if (isStuck(edge)) giveUp(edge);
        else if (app) permit(edge);
      }
    },
    /** Whatever lies on the shelf, or was switched off with facts on it, is connected once. */
    bringAllBack(): void {
      over = true;
      for (const { of, image } of shelf.splice(0)) raise(of, image, false);
      for (const ghost of ghosts) {
        ghost.cut = false;
        if (idsOf(ghost.box.disk.real()).size > 0) ghost.box.start();
        else ghost.box.kill();
      }
    },
  };
}
