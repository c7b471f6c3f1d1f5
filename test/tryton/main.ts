// A real Tryton to look at: npm run tryton. Nothing of it stays behind but the cache.
import { Fault } from '../../shared/fault.ts';
import { day } from './goods.ts';
import { provision } from './provision.ts';
import { admin, poster } from './seed.ts';
import { options, startWorks, type Works } from './works.ts';

const stop = new Promise<void>((resolve) => {
  process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
});

/** An order that can be posted to, and what it needs; nobody is asked to set up modules. */
async function prepare({ planning, office }: Works): Promise<void> {
  const wizard = 'ir.module.config_wizard.item';
  const open = await office.rows(wizard, [['state', '=', 'open']], ['state']);
  await office.write(
    wizard,
    open.map(({ id }) => id as number),
    { state: 'done' },
  );
  await planning.addProducts([
    { code: 'STEEL', unit: 'KG', cost: '10' },
    { code: 'BOLT', unit: 'EA', cost: '20', made: true },
  ]);
  await planning.addStock([{ code: 'STEEL', lot: 'HEAT7', quantity: 1_000 }], day);
  const operations = ['0010 Turning', '0020 Packing'];
  await planning.addOrders([{ reference: 'WO-1', code: 'BOLT', quantity: 100, operations }]);
}

try {
  const works = await startWorks(await provision());
  try {
    await prepare(works);
    const erp = options(works.url, works.folder);
    console.log(`
Tryton is at ${works.url}, until Ctrl-C: open it in a browser. Its database is erp, its users:
  ${admin.user}, with the password: ${admin.password}
  ${poster.user}, as which central posts: ${poster.password}

Order WO-1 runs there: 100 EA of BOLT, operations 0010 and 0020. STEEL: 1000 KG, lot HEAT7.
What is posted is listed under Productions, Holdfast Documents.

A central posts to it that has this in its config (npm run central -- --config central.json):
"erp": ${JSON.stringify(erp, null, 2)}
`);
    const keepAlive = setInterval(() => undefined, 60_000);
    await stop;
    clearInterval(keepAlive);
  } finally {
    await works.close();
  }
} catch (error) {
  if (!(error instanceof Fault)) throw error;
  console.error(`No Tryton here: ${error.message}`);
  process.exitCode = 1;
}
