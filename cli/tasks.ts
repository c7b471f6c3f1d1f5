import type { Asked, CommandJson } from './floor.ts';

/** What a machine makes of "ORDER/OPERATION" in a lane, thousandths; or a state that it goes to. */
export type Work = Readonly<{ line: string }> &
  (
    | Readonly<{ lane: number; of: string; good: number; scrap: number; rework: number }>
    | Readonly<{ state: string }>
  );
/** Something that it needs for itself, or shares with others that share it. */
export type Need = Readonly<{ key: string; shared: boolean }>;
/** A command of the plant, how it comes about, and what it keeps others from meanwhile. */
export type Task = Readonly<{ asked: Asked; needs: readonly Need[]; work: Work | undefined }>;

const alone = (key: string): Need => ({ key, shared: false });
const shared = (key: string): Need => ({ key, shared: true });

/** A decimal text of at most three decimals as thousandths. */
const milliOf = (text: unknown): number => Math.round(Number(text) * 1_000);

/**
 * Says of one command after the other, in the plant's order, what it waits for and whether a
 * machine does it. Pieces are a machine's, and its state if it tells one. A person's is all else,
 * and of the reports those that no machine can know: with pieces that quality holds, of time only,
 * and misuse.
 */
function taskReader(tellsState: (line: string) => boolean) {
  const lanes = new Map<string, number>();
  const lineHolds = new Set<string>();

  function workOf({ command, expectRefused }: Asked): Work | undefined {
    const { line, type, order, operation, body } = command;
    if (expectRefused) return undefined;
    if (type === 'ChangeEquipmentState') {
      return tellsState(line) ? { line, state: `${body['state']}` } : undefined;
    }
    if (type !== 'ReportQuantity') return undefined;
    const amounts = [body['good'], body['scrap'], body['rework'], body['held']].map(milliOf);
    const [good = 0, scrap = 0, rework = 0, held] = amounts;
    if (held !== 0 || good + scrap + rework === 0) return undefined;
    const lane = lanes.get(`${body['run']}`)!;
    return { line, lane, of: `${order}/${operation}`, good, scrap, rework };
  }

  function* needsOf({ line, type, order, lot, body }: CommandJson): Generator<Need> {
    const hold = body['hold'] === undefined ? undefined : `${body['hold']}`;
    if (order !== undefined) yield alone(`order ${order}`);
    if (lot !== undefined) yield alone(`lot ${lot}`);
    if (hold !== undefined) yield alone(`hold ${hold}`);
    const lane = body['lane'] ?? lanes.get(`${body['run']}`);
    if (lane !== undefined) yield alone(`lane ${line} ${lane}`);
    if (type === 'StartShift') yield alone(`shift ${line}`);
    if (type === 'ChangeEquipmentState') yield alone(`state ${line}`);
    if (type === 'StartPhase') yield shared(`state ${line}`);
    yield lineHolds.has(hold ?? '') ? alone(`line ${line}`) : shared(`line ${line}`);
  }

  return (asked: Asked): Task => {
    const { type, body } = asked.command;
    if (type === 'PlaceHold' && body['scope'] === 'line') lineHolds.add(`${body['hold']}`);
    if (type === 'StartPhase' && !asked.expectRefused) {
      lanes.set(`${body['run']}`, Number(body['lane']));
    }
    return { asked, needs: [...needsOf(asked.command)], work: workOf(asked) };
  };
}

/** The tasks of a shop, in the plant's order. */
export function* tasksOf(
  commands: Iterable<Asked>,
  tellsState: (line: string) => boolean,
): Generator<Task> {
  const read = taskReader(tellsState);
  for (const asked of commands) yield read(asked);
}
