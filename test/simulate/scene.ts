import type { CentralBox, EdgeBox } from './box.ts';
import type { Books } from './erp.ts';
import type { Fitter } from './fitter.ts';
import type { Hub } from './hub.ts';
import type { People } from './people.ts';
import type { World } from './world.ts';

/** Something that goes wrong at a moment, and for how long. */
export type Mishap = Readonly<{
  kind: string; // one of `kinds`
  atMs: number;
  box: number; // of all boxes; central is the last
  forMs: number;
  /** Statements until it strikes, messages lost, minutes of a clock … by kind. */
  size: number;
}>;
/** Everything that a mishap may touch. */
export type Scene = Readonly<{
  world: World;
  hub: Hub;
  books: Books;
  edges: readonly EdgeBox[];
  central: CentralBox;
  fitter: Fitter;
  people: People;
}>;
export type Act = (scene: Scene, mishap: Mishap) => void;

export const boxOf = ({ edges, central }: Scene, { box }: Mishap) => edges[box] ?? central;
export const edgeOf = ({ edges }: Scene, { box }: Mishap) => edges[box % edges.length]!;
