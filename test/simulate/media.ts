import { spoil } from './damage.ts';
import { type Act, boxOf, edgeOf } from './scene.ts';

/** From one medium to the next, ms. */
const exchangeMs = 20_000;

/** What goes wrong with disks, with backups of them, and with who has them. */
export const media = {
  /**
   * A blank disk is put in. The old one is gone, or comes back in a box of its own; or that box was
   * never switched off, but cut from its network, and people have gone on working at it.
   */
  swapDisk(scene, mishap) {
    const { fitter, people, world } = scene;
    const edge = edgeOf(scene, mishap);
    if (fitter.isOver() || edge.disk.isDamaged()) return;
    const fate = mishap.size % 4;
    const old = fitter.exchange(edge, undefined, fate === 0, exchangeMs);
    if (fate === 3) {
      const box = fitter.bringBack(old, true);
      if (box) people.visit(box);
    }
    world.after(world.nature, mishap.forMs + exchangeMs, () => {
      if (fitter.isOver()) return;
      if (fate === 1) fitter.bringBack(old, false);
      if (fate === 3) for (const ghost of fitter.ghosts()) ghost.cut = false;
    });
  },
  /** The disk dies, and a backup of it is put in that is so old. */
  restoreBackup(scene, mishap) {
    const { fitter, world } = scene;
    const edge = edgeOf(scene, mishap);
    const backup = edge.disk.isDamaged() ? undefined : edge.disk.copy();
    const medium = edge.disk.media();
    world.after(world.nature, mishap.forMs, () => {
      if (!backup || fitter.isOver() || edge.disk.media() !== medium) return;
      if (edge.disk.isDamaged()) return;
      world.say(`${edge.name}: a backup is restored`);
      fitter.exchange(edge, backup, mishap.size % 2 === 0, exchangeMs);
    });
  },
  /** A copy of the disk is started beside the box that has it. */
  cloneDisk(scene, mishap) {
    const { fitter, people, world } = scene;
    const edge = edgeOf(scene, mishap);
    const copy = edge.disk.isDamaged() ? undefined : edge.disk.copy();
    if (!copy || fitter.isOver()) return;
    const box = fitter.raise(edge, copy, mishap.size % 2 === 0);
    people.visit(box);
    world.after(world.nature, mishap.forMs, () => {
      if (!fitter.isOver()) box.kill();
    });
  },
  /** Another box is started with the same lines, by mistake. */
  twinBox(scene, mishap) {
    const { fitter, world } = scene;
    if (fitter.isOver()) return;
    const box = fitter.raise(edgeOf(scene, mishap), undefined, false);
    world.after(world.nature, mishap.forMs, () => {
      if (!fitter.isOver()) box.kill();
    });
  },
  /** The box is off, and a page of its disk is not what was written. */
  damageDisk(scene, mishap) {
    const { fitter, world } = scene;
    const edge = edgeOf(scene, mishap);
    const earlier = edge.disk.isDamaged() ? undefined : edge.disk.copy();
    world.after(world.nature, mishap.forMs, () => {
      if (!earlier || fitter.isOver() || edge.disk.isDamaged()) return;
      edge.kill();
      const dice = world.dice(`damage ${mishap.atMs}`);
      const image = edge.disk.take();
      if (image.length > 0) {
        const { image: next, damage } = spoil(image, earlier, dice);
        fitter.harm(edge, next, damage);
      }
      edge.start();
    });
  },
  /** The program ends between two steps, whichever come next. */
  crashStep: (scene, mishap) => boxOf(scene, mishap).dieIn(mishap.size, mishap.forMs),
} satisfies Record<string, Act>;
