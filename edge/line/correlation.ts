import type { Command } from '../../shared/command.ts';
import type { Place } from '../../shared/traceparent.ts';

/** The trace of whoever asks goes into the fact only where the command names no correlation. */
export const namesNone = ({ commandId, statement }: Command): boolean =>
  statement.correlationId === commandId;

/** The correlation that a fact of the command has instead of the command's own id. */
export const correlated = (command: Command, from: Place | undefined) =>
  from && namesNone(command) ? { correlationId: from.traceId } : {};
