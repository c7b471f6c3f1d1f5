import { permitter } from '../../shared/enrol.ts';
import { Fault } from '../../shared/fault.ts';
import { fallback, prose, text } from '../../shared/field.ts';
import { linePath } from '../../shared/subject.ts';
import { plainText } from '../../shared/table.ts';
import { postingStates } from '../../statecharts/posting.ts';
import { downlinkOperations } from '../downlink/operations.ts';
import { feedOperations } from '../feedoperations.ts';
import { figureOperations } from '../figuring/operations.ts';
import { qualityOperations } from '../quality/operations.ts';
import { replayOperations } from '../replay/operations.ts';
import { inboundOperations } from '../supplier/operations.ts';
import { act } from './act.ts';
import { approvalFields } from './approvals.ts';
import { type Board, postingsShownMax } from './board.ts';
import { deedOperations } from './deedoperations.ts';
import { deskOperations } from './deskoperations.ts';
import { type Operation, operation, rows } from './operation.ts';
import { sightOperations } from './sightoperations.ts';

const orders = (board: Board): Operation[] => [
  operation({
    ...{ name: 'totals', fields: {}, text: plainText },
    doc: 'Sums of all facts by line, order and operation.',
    answer: board.totals,
  }),
  operation({
    ...{ name: 'order', main: 'order', text: plainText },
    doc: 'One order over all lines, with what the ERP should show of it.',
    fields: { order: text('Its number.', 200) },
    answer({ order: number }) {
      const order = board.order(number);
      if (order) return order;
      throw new Fault('UNKNOWN', `order: ${number.slice(0, 40)} is unknown`);
    },
  }),
  operation({
    ...{ name: 'postings', main: 'state', text: plainText },
    doc: 'Postings of one state that are not in the ERP yet, lane by lane.',
    fields: {
      state: text('One state of a posting.', 200),
      limit: fallback(rows(postingsShownMax), postingsShownMax),
    },
    answer({ state: given, limit }) {
      const state = postingStates.find((known) => known === given);
      if (state) return board.postings(state, limit);
      throw new Fault('UNKNOWN', `state: must be one of ${postingStates.join(', ')}`);
    },
  }),
];

const masters = (board: Board): Operation[] => [
  operation({
    ...{ name: 'masters', fields: {}, text: plainText },
    doc: 'Versions of master records that are known, and those that orders wait for.',
    answer: board.masters,
  }),
  act(board, {
    name: 'approve-masters',
    doc: 'Makes versions of master records known at a site, all or none.',
    fields: approvalFields,
    does: ({ site, by, reason, versions }) => board.approve({ site, by, reason, versions }),
    about: ({ site }) => [{ kind: 'site', name: site }],
    text: plainText,
  }),
];

const lines = (board: Board): Operation[] => [
  act(board, {
    name: 'swap',
    doc: 'Lets another store take over the line, for an hour and once.',
    fields: { line: { doc: 'enterprise/site/area/line.', read: linePath }, by: permitter },
    does: ({ line, by }) => board.swap(line, by),
    about: ({ line }) => [{ kind: 'line', name: line }],
    text: plainText,
  }),
  act(board, {
    name: 'lift',
    doc: 'Takes a hold out of force that was told ahead and may never be stated.',
    fields: {
      eventId: text('Event id of the hold.', 200),
      ...{ by: permitter, reason: prose('Why the hold is lifted.') },
    },
    does: ({ eventId, by, reason }) => board.lift(eventId, by, reason),
    about: ({ eventId }) => [{ kind: 'fact', name: eventId }],
    text: plainText,
  }),
];

/** All that central can be asked: the one table that HTTP and NATS are made from. */
export const operationsOf = (board: Board): readonly Operation[] => [
  ...sightOperations(board),
  ...[...deskOperations(board), ...deedOperations(board)],
  ...qualityOperations(board),
  ...figureOperations(board),
  ...[...orders(board), ...masters(board), ...lines(board)],
  ...replayOperations(board),
  ...downlinkOperations(board),
  ...feedOperations(board),
  ...inboundOperations(board),
];
