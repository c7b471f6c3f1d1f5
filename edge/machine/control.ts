import type { Content } from './content.ts';
import type { JobRow } from './docket.ts';
import type { LineHearing } from './hearing.ts';
import { type JobAction, jobActions, rejectionOf } from './job.ts';
import type { JobMap } from './jobmap.ts';
import type { JobPort } from './port.ts';
import { receiverOf } from './targets.ts';

const isJobAction = (action: string): action is JobAction =>
  jobActions.includes(action as JobAction);

/** A machine that takes jobs by ISA-95 Job Control: its own list says what it has. */
export function controlOf(line: LineHearing, unit: string, { allow, perMinute }: JobMap) {
  const { object } = receiverOf(line.mapping, unit);
  return {
    perMinute,
    back: { from: 'AllowedToStart', action: 'RevokeStart' } as const,

    bar(action: string): string | undefined {
      if (isJobAction(action) && allow.includes(action)) return undefined;
      return `${action} is not allowed by the mapping: ${allow.join(', ') || 'nothing is'}`;
    },

    hindrance: () => undefined,
    isCalm: () => true,

    async look(port: JobPort) {
      const list = await port.list(object);
      return ({ job }: JobRow) => list.get(job);
    },

    async call(port: JobPort, row: JobRow, stop: () => string | undefined) {
      const { action } = row;
      const why = stop();
      if (why !== undefined) return why;
      if (action === null || !isJobAction(action)) return 'the machine takes jobs by Job Control';
      const content = row.content === null ? undefined : (JSON.parse(row.content) as Content);
      const order = content && 'order' in content && action === 'Store' ? content.order : undefined;
      return rejectionOf(await port.call(object, action, row.job, order));
    },
  };
}
