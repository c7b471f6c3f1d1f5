import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import pino from 'pino';
import { machineMetrics } from '../../edge/machine/metrics.ts';
import { readMachines } from '../../edge/machine/report.ts';
import { systemClock } from '../../shared/clock.ts';
import { openExporter } from '../../shared/exporter.ts';
import { metricsText } from '../../shared/metrics.ts';
import { type CertificateStanding, certificateFamily } from '../../shared/pki.ts';
import { openVitals } from '../../shared/vitals.ts';
import { openFleet } from './fleet.ts';
import { openJobs } from './jobbox.ts';
import { meteredCentral } from './metered.ts';
import { waitFor } from './plantnet.ts';
import { type Scraped, scrape } from './prometheus.ts';
import { m01, shop } from './shop.ts';

/** The only metric that no young program serves: a store must have grown for an hour. */
const young = 'holdfast_edge_disk_days_left';

/** An edge that central has heard. */
const clock = { state: 'ok', says: 'clock ok' } as const;
const heard = { line: m01, nowMs: 1, unsent: 0, heardMs: 1, skewMs: 0, clock };

/** Labels of each metric, and the values that each label has. */
export type Served = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

function catalogueOf(samples: readonly Scraped[]): Served {
  const all = new Map([young, 'up'].map((name) => [name, new Map<string, Set<string>>()]));
  for (const { name, labels } of samples) {
    const known = all.get(name) ?? new Map<string, Set<string>>();
    all.set(name, known);
    for (const [label, value] of Object.entries(labels)) {
      known.set(label, (known.get(label) ?? new Set()).add(value));
    }
  }
  return all;
}

function machinesText(): string {
  const box = openJobs();
  box.ask('Store');
  box.pass(1_000);
  return machineMetrics({ ...readMachines(box.machines, box.book), ...box.desk.status() });
}

/**
 * What an edge with machines and central serve at /metrics, everything in it having happened once:
 * a document is posted, spans are told of, and the loop has been looked at.
 */
export async function openServed() {
  const fleet = openFleet();
  const otlp = { url: 'http://127.0.0.1:9', sampleRatio: 1 };
  const parts = { otlp, resource: {}, clock: systemClock, log: pino({ level: 'silent' }) };
  const exporter = openExporter(parts);
  const vitals = openVitals();
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const box = fleet.box('box');
  const now = { atMs: Date.now() };
  const begun = [shop.release(), shop.start(), shop.consume('S-1', {}, now), shop.consume('S-2')];
  for (const one of begun) await box.ask(one); // the time of the last one is in doubt: it is parked
  await box.kept(m01);
  const { meter, metrics } = meteredCentral(fleet, { exporter, edges: () => [heard] });
  const [task] = fleet.postings.next(new Set(), 1);
  const erp = meter.measured({
    ...{ name: 'any', maxInFlightMs: 1, unfit: () => undefined, lookup: async () => [] },
    post: async () => ({ kind: 'posted', document: '4900000001' }),
  });
  fleet.postings.settle(task!.posting.key, await erp.post(task!.posting));
  await waitFor(() => metricsText(vitals.families()).includes('_pause_'), 30_000, 'a look');
  const until = certificateFamily([{ name: 'tls', untilMs: 1_000 } as CertificateStanding]);
  const certificates = { ...until, name: `holdfast_edge_${until.name}` };
  const watched = { ...until, name: `holdfast_central_${until.name}` };
  const central = metrics([...vitals.families(), watched]);
  const named = exporter.families().map((one) => ({ ...one, name: `holdfast_edge_${one.name}` }));
  const edge = `${box.metrics([...named, certificates, ...vitals.families()])}${machinesText()}`;
  vitals.close();
  await exporter.close();
  return { edge, central, served: catalogueOf([...scrape(edge), ...scrape(central)]) };
}
