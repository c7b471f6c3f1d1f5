// Goal: what the graphs of a posting and of an ERP order allow, central does with its real tables.
// Method: as test/paths.edge.test.ts; facts and an ERP's answers bring the steps about.
import { describe, expect, test, vi } from 'vitest';
import { type Sheet, sheets } from './helpers/charts.ts';
import { asOne, erpLists, openErpOrder, regions } from './helpers/drivers/erporder.ts';
import { kindNames, openPosting, postingList } from './helpers/drivers/posting.ts';
import { checkDrivers, checkSurprises, testList } from './helpers/journeys.ts';
import { census, coursesOf, listenTo, type Path, simplePathsOf } from './helpers/paths.ts';
import { openGuide, surprise, type Went } from './helpers/tour.ts';

/** A posting has many paths, each gone with real tables, on a machine that may be busy, ms. */
vi.setConfig({ testTimeout: 600_000 });

describe('posting', () => {
  const sheet: Sheet = sheets.posting;
  const courses = coursesOf('posting', postingList);

  /** As the first kind of document goes for which the path can be, else as the furthest. */
  function go(path: Path, restarts: boolean): Went {
    const heard = listenTo(sheet.chart);
    const guide = openGuide(sheet, heard);
    let best: Went = { went: -1 };
    for (const kind of kindNames) {
      const posting = openPosting(kind, restarts);
      const went = guide(posting, path);
      posting.check();
      if (went.went > best.went) best = went;
      if (best.went === path.length) break;
    }
    heard.stop();
    return best;
  }

  test('every event has a driver, whatever is posted', () => {
    for (const kind of kindNames) checkDrivers('posting', openPosting(kind, false));
  });

  test(census(courses), () => {
    const surprises = courses.flatMap(({ runs, never }) => [
      ...runs.flatMap((path) => surprise(path, false, go(path, false))),
      ...never.flatMap((path) => surprise(path, true, go(path, false))),
    ]);
    checkSurprises(surprises);
  });

  test('what is unsure because central began again in flight goes the same ways', () => {
    const unsure = courses
      .flatMap(({ runs }) => runs)
      .filter((path) => path.some(({ name }) => name === 'Unsure'));
    checkSurprises(unsure.flatMap((path) => surprise(path, false, go(path, true))));
  });

  testList(courses, postingList);
});

describe.each(regions)('%s', (region) => {
  const sheet: Sheet = sheets[region];
  const list = erpLists[region];
  const courses = coursesOf(region, list, { paths: simplePathsOf(region).map(asOne) });
  const go = (path: Path): Went => openGuide(sheet, undefined)(openErpOrder(region), path);

  test('every event has a driver', () => {
    const { drives } = openErpOrder(region);
    expect(Object.keys(sheet.events).filter((event) => !Object.hasOwn(drives, event))).toEqual([]);
  });

  test(census(courses), () => {
    const surprises = courses.flatMap(({ runs, never }) => [
      ...runs.flatMap((path) => surprise(path, false, go(path))),
      ...never.flatMap((path) => surprise(path, true, go(path))),
    ]);
    checkSurprises(surprises);
  });

  testList(courses, list);
});
