import { type Family, metricsText, oneOf, type Sample } from '../../shared/metrics.ts';
import { eventsBecame } from './conditions.ts';
import type { JobDesk } from './jobdesk.ts';
import { linkStates } from './port.ts';
import type { MachinesStatus } from './report.ts';

type Jobs = ReturnType<JobDesk['status']>['jobs'];

/** Jobs by what of their results a person should look at; of units that have any jobs. */
function jobFamilies(jobs: Jobs): Family[] {
  const units = new Map(jobs.map(({ line, unit }) => [`${line}\n${unit}`, { line, unit }]));
  const count = (is: (job: Jobs[number]) => boolean): Sample[] =>
    [...units.values()].map(({ line, unit }) => {
      const own = jobs.filter((job) => job.line === line && job.unit === unit && is(job));
      return { labels: { line, unit }, value: own.length };
    });
  return [
    {
      ...{ name: 'machine_job_differences', type: 'gauge' },
      help: 'Jobs whose machine says other pieces than were booked from its counters.',
      samples: count(({ differs }) => differs.length > 0),
    },
    {
      ...{ name: 'machine_job_results_unknown', type: 'gauge' },
      help: 'Jobs that are over and of which the machine tells no result.',
      samples: count(({ result, resultWhy }) => result === null && resultWhy !== null),
    },
  ];
}

/** What the machines do, for a scraper. Empty without one. */
export function machineMetrics(status: MachinesStatus & Readonly<{ jobs: Jobs }>): string {
  const { lines, unattributedRows, jobs } = status;
  if (lines.length === 0) return '';
  const units = lines.flatMap(({ line, units: all }) => all.map((unit) => ({ line, ...unit })));
  const labelled = (sample: Sample, line: string): Sample => {
    return { ...sample, labels: { line, ...sample.labels } };
  };
  const doubted = ({ counters }: (typeof units)[number]) =>
    counters.filter(({ notBelieved }) => notBelieved !== null).length;
  const families: Family[] = [
    {
      ...{ name: 'machine_link_state', type: 'gauge' },
      help: "1 for the state of the line's way to its machines.",
      samples: lines.flatMap(({ line, link }) =>
        oneOf('state', linkStates, link).map((sample) => labelled(sample, line)),
      ),
    },
    {
      ...{ name: 'machine_unbound', type: 'gauge' },
      help: '1 while a machine is not listened to: its server is not as the mapping says.',
      samples: units.map(({ line, unit, unbound }) => {
        return { labels: { line, unit }, value: unbound.length > 0 ? 1 : 0 };
      }),
    },
    {
      ...{ name: 'machine_counters_not_believed', type: 'gauge' },
      help: 'Counters that jumped further than the machine can: a person must say what is true.',
      samples: units.map((unit) => {
        return { labels: { line: unit.line, unit: unit.unit }, value: doubted(unit) };
      }),
    },
    {
      ...{ name: 'machine_samples_total', type: 'counter' },
      help: 'Values of counters by what became of them, since start.',
      samples: units.flatMap(({ line, unit, samples }) =>
        Object.entries(samples).map(([became, value]) => {
          return { labels: { line, unit, became }, value };
        }),
      ),
    },
    {
      ...{ name: 'machine_events_total', type: 'counter' },
      help: 'Events and conditions of OPC UA by what became of them, since start.',
      samples: units.flatMap(({ line, unit, eventCounts }) =>
        eventsBecame.map((became) => {
          return { labels: { line, unit, became }, value: eventCounts[became] ?? 0 };
        }),
      ),
    },
    {
      ...{ name: 'machine_alarms', type: 'gauge' },
      help: 'Alarms, warnings and conditions that stand.',
      samples: units.map(({ line, unit, alarms }) => {
        return { labels: { line, unit }, value: alarms.length };
      }),
    },
    {
      ...{ name: 'machine_samples_dropped_total', type: 'counter' },
      help: 'Values that were let go because too many waited, since start; counters catch up.',
      samples: lines.map(({ line, dropped }) => ({ labels: { line }, value: dropped })),
    },
    {
      ...{ name: 'machine_unattributed', type: 'gauge', samples: [{ value: unattributedRows }] },
      help: 'Entries of pieces that nobody can say whose they are, until a person does.',
    },
    ...jobFamilies(jobs),
  ];
  return metricsText(
    families.map((family) => ({ ...family, name: `holdfast_edge_${family.name}` })),
  );
}
