/** Something that acts until it dies: one life of a box, or a part of the world that never does. */
export type Life = {
  readonly name: string;
  alive: boolean;
  /** The medium that it was started with. */
  readonly medium?: number;
  /** Asked before each step; true if the life has ended just there. */
  fuse?: (() => boolean) | undefined;
};

/** Thrown through whatever a box was doing when it died; no code of ours may handle it. */
export class Crash extends Error {
  override readonly name = 'Crash';
}
