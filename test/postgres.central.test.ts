// Goal: central's memory is the same on PostgreSQL as on SQLite.
// Method: the very tests of its parts once more, on a real server, each in a schema of its own. Not
// those that walk thousands of ways by savepoints: they ask the rules, which are the same.
import { againOnPostgres } from './helpers/again.ts';

await againOnPostgres({
  ledger: () => import('./ledger.test.ts'),
  postings: () => import('./postings.test.ts'),
  stock: () => import('./stock.test.ts'),
  'decision.central': () => import('./decision.central.test.ts'),
  compensation: () => import('./compensation.test.ts'),
  'compensation.stock': () => import('./compensation.stock.test.ts'),
  'compensation.modes': () => import('./compensation.modes.test.ts'),
  registry: () => import('./registry.test.ts'),
  enrol: () => import('./enrol.test.ts'),
  lift: () => import('./lift.test.ts'),
  'reconcile.central': () => import('./reconcile.central.test.ts'),
  'explain.central': () => import('./explain.central.test.ts'),
  'time.central': () => import('./time.central.test.ts'),
  'desk.case': () => import('./desk.case.test.ts'),
  'amendments.central': () => import('./amendments.central.test.ts'),
  erpstatus: () => import('./erpstatus.test.ts'),
  'corrections.central': () => import('./corrections.central.test.ts'),
  'balance.central': () => import('./balance.central.test.ts'),
  'recall.central': () => import('./recall.central.test.ts'),
  'replay.central': () => import('./replay.central.test.ts'),
  environment: () => import('./environment.test.ts'),
  'trace.central': () => import('./trace.central.test.ts'),
  'supplier.central': () => import('./supplier.central.test.ts'),
  overview: () => import('./overview.test.ts'),
  'dryrun.central': () => import('./dryrun.central.test.ts'),
  microservice: () => import('./microservice.test.ts'),
  'parkedclass.central': () => import('./parkedclass.central.test.ts'),
  'downlink.central': () => import('./downlink.central.test.ts'),
  'dispatch.central': () => import('./dispatch.central.test.ts'),
  'wards.central': () => import('./wards.central.test.ts'),
  'figuring.fold': () => import('./figuring.fold.test.ts'),
  'figuring.times': () => import('./figuring.times.test.ts'),
});
