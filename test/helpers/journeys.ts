import { describe, expect, test } from 'vitest';
import { type Sheet, type SheetName, sheets } from './charts.ts';
import { drivers, type EdgeChart, lists } from './drivers.ts';
import { type Contradiction, type Course, census, coursesOf, isMet } from './paths.ts';
import { openRide } from './ride.ts';
import { drive, type Rig } from './tour.ts';

/** The lot has many paths, and much else may run beside it. */
const timeoutMs = 180_000;
const shownMax = 10;

/** Names every event of the sheet that nothing drives, and every driver that drives no event. */
export function checkDrivers(name: SheetName, rig: Rig): void {
  const { events }: Sheet = sheets[name];
  const without = Object.keys(events).filter((event) => !Object.hasOwn(rig.drives, event));
  const over = Object.keys(rig.drives).filter((event) => !Object.hasOwn(events, event));
  expect(without, `events of the chart ${name} that nothing drives`).toEqual([]);
  expect(over, `drivers of what the chart ${name} does not know`).toEqual([]);
}

/** Shows the shortest, which tell most. */
export function checkSurprises(surprises: readonly string[]): void {
  const shown = surprises.toSorted((a, b) => a.length - b.length).slice(0, shownMax);
  expect(shown, `${surprises.length} ways go otherwise`).toEqual([]);
}

/** Every entry of the list is asked of somewhere, so that it cannot outlive its reason. */
export function testList(courses: readonly Course[], list: readonly Contradiction[]): void {
  test.each(list)('what cannot be is asked for: $why', (entry) => {
    expect(isMet(courses, list, entry)).toBe(true);
  });
}

/** The tests of one chart's paths, driven by commands. */
export function testPaths(name: EdgeChart): void {
  const driver = drivers[name];
  const list = lists[name] ?? [];
  const courses = coursesOf(name, list, driver);

  describe(name, () => {
    test('every event of its sheet has a driver, and no driver is left over', () => {
      const ride = openRide(driver.lines);
      driver.prepare?.(ride);
      checkDrivers(name, driver.rig(ride, 0, []));
      ride.close();
    });

    test(census(courses), { timeout: timeoutMs }, () => {
      const { steps, surprises } = drive(name, driver, courses);
      checkSurprises(surprises);
      expect(steps).toBeGreaterThanOrEqual(courses.length - 1);
    });

    testList(courses, list);
  });
}
