import type { Host, openLab } from './hosts.ts';
import type { makeInventory } from './inventory.ts';

export type Edge = { host: Host; lines: readonly string[]; url: string };
export type Fleet = {
  folder: string;
  lab: Awaited<ReturnType<typeof openLab>>;
  inventory: Awaited<ReturnType<typeof makeInventory>>;
  /** The first server of the hub; central, ERP and the bridge are there too. */
  hub: Host;
  hubs: readonly Host[];
  edges: Edge[];
  centralUrl: string;
};
/** Something that must be seen; `needed` is what others rest upon. */
export type Story = { name: string; needed?: boolean; story(fleet: Fleet): Promise<string> };
