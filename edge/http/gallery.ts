import { chartNamed, charts } from '../../statecharts/charts.ts';
import { drawChart } from '../../statecharts/picture.ts';

/** How often each way of a chart was taken, by `${from} ${event} ${to}`. */
export type Charted = (chart: string) => ReadonlyMap<string, number>;
export type Gallery = ReturnType<typeof openGallery>;

/** The charts as people see them. Each picture is kept until its counts change. */
export function openGallery(charted?: Charted) {
  const drawn = new Map<string, { counted: string; svg: string }>();

  return {
    list: () =>
      Object.entries(charts).map(([name, { version, states }]) => ({ name, version, states })),

    /** An SVG; throws Fault UNKNOWN if there is no such chart, or no such state in it. */
    picture(name: string, state?: string): string {
      const graph = chartNamed(name).graph();
      const counts = charted?.(name);
      const counted = JSON.stringify([...(counts ?? [])]);
      const key = `${name}\n${state ?? ''}`;
      const known = drawn.get(key);
      if (known?.counted === counted) return known.svg;
      const svg = drawChart(graph, { state, counts });
      drawn.set(key, { counted, svg });
      return svg;
    },
  };
}
