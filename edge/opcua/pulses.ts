import type { ClientMonitoredItemBase } from 'node-opcua-client';
import type { Tag } from '../machine/tags.ts';
import type { Bound } from './resolve.ts';

/** A pulse is seen for certain if it is looked at so often at least, ms. */
export const neededMs = ({ heldMs = 0 }: Pick<Tag, 'heldMs'>): number => Math.floor(heldMs / 2);

/** A server that keeps one value of a tag forgets the one before, and does not say so. */
const queueMin = 2;

type Item = Pick<ClientMonitoredItemBase, 'monitoringParameters'>;

/**
 * Units with pulses that their server would miss, and why: by the sampling interval and the queue
 * that it has granted, not by what was asked. An interval of 0 is every change.
 */
export function tooSlow(
  bound: readonly Pick<Bound, 'tag'>[],
  items: readonly Item[],
): ReadonlyMap<string, readonly string[]> {
  const unfit = new Map<string, string[]>();
  bound.forEach(({ tag }, index) => {
    const { samplingInterval, queueSize } = items[index]!.monitoringParameters;
    const refuse = (why: string): void => {
      unfit.set(tag.unit, [...(unfit.get(tag.unit) ?? []), `${tag.tag}: ${why}`]);
    };
    if (samplingInterval < 0 || samplingInterval > neededMs(tag)) {
      const needs = `a pulse of ${tag.heldMs} ms needs ${neededMs(tag)} ms`;
      refuse(`the server looks every ${samplingInterval} ms, ${needs}`);
    }
    if (queueSize < queueMin) refuse(`the server keeps ${queueSize} value, a pulse needs more`);
  });
  return unfit;
}
