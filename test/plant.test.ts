// Stories of a shop. A step is what is asked; with the reason, when it must be refused.
import { expect, test } from 'vitest';
import { command, m01, m02, shop } from './helpers/shop.ts';
import { play, type Step } from './helpers/story.ts';

const wo2 = { order: 'WO-2' };
const next = { operation: '0020' };
const begun: Step[] = [[shop.release()], [shop.start()]];
const running: Step[] = [...begun, [shop.phase('R1')]];
const bothBegun: Step[] = [...running, [shop.release({}, 'WO-2')], [shop.start(wo2)]];
const routing = {
  operations: [
    { operation: '0010', name: 'Saw' },
    { operation: '0020', name: '' },
  ],
};

const stories: [string, number, Step[]][] = [
  [
    'an order from release to close',
    1,
    [
      [shop.release()],
      [shop.start()],
      [shop.phase('R1', { phase: 'setup' })],
      [shop.report('R1', { phase: 'setup', good: '2' })],
      [shop.end('R1')],
      [shop.phase('R2')],
      [shop.report('R2', { good: '98' })],
      [shop.end('R2')],
      [shop.complete()],
      [shop.close()],
    ],
  ],
  [
    'nothing is known of an order before its release, and it is released once',
    1,
    [
      [shop.start(), 'order WO-1 is unknown: no OperationStarted'],
      [shop.report('R1'), 'order WO-1 is unknown: no QuantityReported'],
      [shop.close(), 'order WO-1 is unknown: no OrderClosed'],
      [shop.release()],
      [shop.release(), 'order WO-1 is released: no OrderReleased'],
    ],
  ],
  [
    'H9: complete without start, start twice, pause what does not run',
    1,
    [
      [shop.release()],
      [shop.complete(), 'order WO-1 is released: no OperationCompleted'],
      [shop.pause(), 'order WO-1 is released: no OperationPaused'],
      [shop.start()],
      [shop.start(), 'operation 0010 of order WO-1 is active: no OperationStarted'],
      [shop.complete(next), 'operation 0020 of order WO-1 is ready: no OperationCompleted'],
      [shop.resume(), 'operation 0010 of order WO-1 is active: no OperationResumed'],
      [shop.pause()],
      [shop.pause(), 'operation 0010 of order WO-1 is paused: no OperationPaused'],
      [shop.complete(), 'operation 0010 of order WO-1 is paused: no OperationCompleted'],
    ],
  ],
  [
    'H9: two orders run on one line up to its capacity, each in its lane',
    2,
    [
      ...bothBegun,
      [shop.phase('R2', {}, wo2), 'lane 1 is taken by run R1'],
      [shop.phase('R2', { lane: 3 }, wo2), "lane 3 is beyond the line's capacity of 2"],
      [shop.phase('R1', { lane: 2 }, wo2), 'run R1 is open already'],
      [shop.phase('R2', { lane: 2 }, wo2)],
      [shop.report('R1')],
      [
        shop.report('R1', {}, wo2),
        'run R1 of operation 0010 of order WO-2 is not open at this line',
      ],
      [shop.end('R1')],
      [shop.phase('R3')],
    ],
  ],
  [
    'H9: set-up of B while A runs needs a second lane, and never completes A',
    1,
    [
      ...bothBegun,
      [shop.phase('R2', { phase: 'setup' }, wo2), 'lane 1 is taken by run R1'],
      [shop.complete(), 'operation 0010 of order WO-1 has 1 open runs'],
      [shop.end('R1')],
      [shop.phase('R2', { phase: 'setup' }, wo2)],
    ],
  ],
  [
    'lanes and runs are counted per line',
    1,
    [
      ...running,
      [shop.phase('R1', {}, { line: m02 })],
      [shop.report('R1', {}, { line: m02 })],
      [shop.end('R1')],
      [shop.complete(), 'operation 0010 of order WO-1 has 1 open runs'],
      [shop.end('R1', { line: m02 })],
      [shop.complete()],
    ],
  ],
  [
    'a run that is not open cannot report, nor end twice',
    1,
    [
      ...running,
      [shop.report('R9'), 'run R9 of operation 0010 of order WO-1 is not open at this line'],
      [shop.end('R1')],
      [shop.end('R1'), 'run R1 of operation 0010 of order WO-1 is not open at this line'],
      [shop.report('R1'), 'run R1 of operation 0010 of order WO-1 is not open at this line'],
      [shop.phase('R1')],
    ],
  ],
  [
    'pause: reports go on, nothing begins; resume: it begins again',
    1,
    [
      ...running,
      [shop.pause()],
      [shop.report('R1')],
      [shop.end('R1')],
      [shop.phase('R2'), 'operation 0010 of order WO-1 is paused: no PhaseStarted'],
      [shop.consume('L1'), 'operation 0010 of order WO-1 is paused: no MaterialConsumed'],
      [shop.resume()],
      [shop.phase('R2')],
    ],
  ],
  [
    'Q8: what is counted in EA is not reported in KG',
    1,
    [
      ...running,
      [shop.report('R1', { unit: 'KG' }), 'operation 0010 of order WO-1 is counted in EA, not KG'],
      [shop.report('R1', { unit: 'ea' }), 'operation 0010 of order WO-1 is counted in EA, not ea'],
    ],
  ],
  [
    'a routing names the operations there are; without one, any may start',
    1,
    [
      [shop.release(routing)],
      [
        shop.start({ operation: '0030' }),
        "operation 0030 of order WO-1 is not in the order's routing",
      ],
      [shop.start(next)],
      [shop.release({}, 'WO-2')],
      [shop.start({ ...wo2, operation: '0030' })],
    ],
  ],
  [
    'H13: after completion only rework runs again, also when the next operation is done',
    1,
    [
      ...begun,
      [shop.complete()],
      [shop.start(next)],
      [shop.complete(next)],
      [shop.start(), 'operation 0010 of order WO-1 is completed: no OperationStarted'],
      [shop.phase('R2'), 'operation 0010 of order WO-1 is completed: only rework may start'],
      [shop.phase('R2', { rework: true })],
      [shop.report('R2', { inRework: true })],
      [shop.close(), 'order WO-1 has 1 open runs'],
      [shop.end('R2')],
      [shop.close()],
    ],
  ],
  [
    'Q4, Q6, Q7, Q9: the pieces exist: too many, none, good in set-up are all reported',
    1,
    [
      ...running,
      [shop.report('R1', { good: '124' }), 'accepted, beyondTolerance'],
      [shop.report('R1', { good: '0' })],
      [
        shop.report('R1', { phase: 'setup', good: '5', scrap: '7', held: '9' }),
        'accepted, beyondTolerance',
      ],
    ],
  ],
  [
    'a machine is seen in any state after any other, and what PackML does not know is flagged',
    1,
    ['aborted', '+execute', '+idle', 'idle', '+complete'].map((seen): Step => {
      const state = seen.replace('+', '');
      const given = command('ChangeEquipmentState', {}, { state, reason: '' });
      return [given, seen === state ? 'accepted' : 'accepted, irregular'];
    }),
  ],
];
test.each(stories)('%s', (_name, lanesMax, steps) => {
  const { came, should } = play(lanesMax, steps);
  expect(came).toEqual(should);
});

test('a refused fact changes nothing', () => {
  const { ask, book } = play(1, running);
  const before = [...book.rows('run'), ...book.rows('operation'), ...book.rows('order')];
  expect(ask(shop.phase('R2'))).toBe('lane 1 is taken by run R1');
  expect(ask(shop.close())).toBe('order WO-1 has 1 open runs');
  const after = [...book.rows('run'), ...book.rows('operation'), ...book.rows('order')];
  expect(after).toEqual(before);
});

test('a shift and a state of the line do not disturb each other', () => {
  const { book, came } = play(1, [
    [command('ChangeEquipmentState', { atMs: 5 }, { state: 'execute', reason: '' })],
    [command('StartShift', { shift: 'early', atMs: 9 }, { people: ['4445'] })],
    [command('StartShift', { line: m02 }, { people: [] })],
  ]);
  expect(came).toEqual(['accepted', 'accepted', 'accepted']);
  expect([...book.rows('line')]).toEqual([
    [m01, { state: 'execute', people: ['4445'], shift: 'early', sinceMs: 5 }],
    [m02, { state: 'idle', people: [], sinceMs: 1_000 }],
  ]);
});
