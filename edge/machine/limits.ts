import type { Crossed } from './alarms.ts';
import { judgeLevel, type Level, noLevel } from './level.ts';
import type { Unit } from './mapping.ts';
import type { Hearing, Memory } from './memory.ts';
import type { Heard } from './settle.ts';

/** Measured values: leaving the limits is told once, coming back lets it be told again. */
export function levelsIn(
  unit: Unit,
  { memory, hearing }: Readonly<{ memory: Memory; hearing: Hearing }>,
  heard: ReadonlyMap<string, Heard>,
  nowMs: number,
) {
  const levels = new Map<string, Level>();
  const zones = new Map(memory.zones);
  const crossed: Crossed[] = [];
  for (const [name, limits] of unit.levels) {
    const before = hearing.levels.get(name) ?? noLevel;
    const level = judgeLevel(limits, before, heard.get(`level ${name}`), nowMs);
    levels.set(name, level);
    const { value: zone, sinceMs = nowMs } = level.zone;
    if (zone === undefined || zone === (zones.get(name) ?? 'within')) continue;
    zones.set(name, zone);
    if (zone === 'within') continue;
    const reason = `${limits.raise}: ${name} ${level.value} is too ${zone}`;
    crossed.push({ reason: reason.slice(0, 200), atMs: sinceMs, hold: limits.hold });
  }
  return { levels, zones, crossed };
}
