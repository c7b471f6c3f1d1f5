import { equipmentStates } from '../../shared/event.ts';
import { batchCommands } from '../../shared/material.ts';
import { batch } from '../../statecharts/batch.ts';
import type { Chart, ChartEvent } from '../../statecharts/engine.ts';
import { confirmation, delivery, lifecycle } from '../../statecharts/erporder.ts';
import { hold } from '../../statecharts/hold.ts';
import { inspection } from '../../statecharts/inspection.ts';
import { line } from '../../statecharts/line.ts';
import { lot } from '../../statecharts/lot.ts';
import { nonconformance } from '../../statecharts/nonconformance.ts';
import { operation } from '../../statecharts/operation.ts';
import { order } from '../../statecharts/order.ts';
import { posting } from '../../statecharts/posting.ts';
import { report } from '../../statecharts/report.ts';

export type Event = ChartEvent & Record<string, unknown>;

/** A chart, and each thing that may be asked of it when nothing stands in the way. */
export type Sheet = { chart: Chart<Event>; events: Record<string, Event> };

/** Names are a fact's type, or type and variant: "HoldReleased one of two". */
const sheet = (chart: object, shared: object, named: Record<string, object>): Sheet => ({
  chart: chart as Chart<Event>,
  events: Object.fromEntries(
    Object.entries(named).map(([name, own]) => [
      name,
      { type: name.split(' ')[0]!, ...shared, ...own } as Event,
    ]),
  ),
});

const plain = (...names: string[]): Record<string, object> =>
  Object.fromEntries(names.map((name) => [name, {}]));

/** The end of a hold: of the last one, of the last one on a lot not released yet, of one of two. */
const endings = (type: string): Record<string, object> => ({
  [type]: {},
  [`${type} unreleased`]: { released: false },
  [`${type} one of two`]: { otherHolds: 1 },
  [`${type} of nothing`]: { usesUp: true },
});

export const sheets = {
  line: sheet(
    line,
    {},
    Object.fromEntries(
      equipmentStates.map((state) => [`EquipmentStateChanged ${state}`, { state }]),
    ),
  ),
  order: sheet(
    order,
    { order: 'WO-1', openHolds: [], openRuns: 0, lastRun: true },
    {
      ...plain('OrderReleased', 'OrderChanged', 'OrderCancelRequested'),
      'OrderCancelRequested while running': { openRuns: 2 },
      ...plain('OrderCompleted', 'OrderClosed', 'OrderReopened'),
      ...plain('OperationStarted', 'OperationPaused', 'OperationResumed', 'OperationCompleted'),
      ...plain('PhaseStarted', 'RunStaffed', 'PhaseEnded'),
      'PhaseEnded one of two': { lastRun: false },
      ...plain('QuantityReported', 'QuantityCorrected', 'FactReversed'),
      ...plain('MaterialConsumed', 'MaterialReturned'),
      ...plain('LotProduced', 'LotReleased', 'LotSplit', 'LotMerged'),
      ...plain('InspectionRequested', 'InspectionRecorded', 'InspectionCancelled'),
      ...plain('ReworkAuthorised', 'ReworkCompleted'),
      ...plain('BatchCommanded', 'BatchSettled'),
      ...plain('BatchPhaseStarted', 'BatchPhaseEnded', 'BatchPhaseOverran'),
    },
  ),
  operation: sheet(
    operation,
    {
      ...{ name: 'operation 0010', routed: true, holds: [], lotHolds: [], run: 'R1' },
      ...{ runOpen: true, openRuns: 0, lane: 2, laneRun: undefined, lanesMax: 2, rework: false },
      ...{ unit: 'EA', orderUnit: 'EA', inspected: true, authorised: true, reworkOpen: true },
    },
    {
      OperationStarted: {},
      PhaseStarted: { runOpen: false },
      'PhaseStarted rework': { runOpen: false, rework: true },
      RunStaffed: {},
      ...plain('QuantityReported', 'PhaseEnded'),
      ...plain('OperationPaused', 'OperationResumed', 'OperationCompleted'),
      ...plain('MaterialConsumed', 'MaterialReturned', 'LotProduced'),
      ReworkAuthorised: { reworkOpen: false },
      ReworkCompleted: {},
    },
  ),
  lot: sheet(
    lot,
    {
      ...{ lot: 'L-1', sameMaterial: true, inspect: false, released: true, otherHolds: 0 },
      ...{ usesUp: false, holds: [], enough: true, cycle: false, stated: false },
    },
    {
      LotProduced: {},
      'LotProduced to inspect': { inspect: true },
      LotReceived: {},
      'LotReceived to inspect': { inspect: true },
      LotReleased: {},
      MaterialConsumed: {},
      'MaterialConsumed to the last': { usesUp: true },
      'MaterialConsumed as stated': { stated: true },
      MaterialReturned: {},
      'MaterialReturned to inspect': { inspect: true },
      LotSplit: {},
      'LotSplit to the last': { usesUp: true },
      LotGiven: {},
      'LotGiven to the last': { usesUp: true },
      HoldPlaced: {},
      ...endings('HoldReduced'),
      ...endings('HoldReleased'),
      ...endings('HoldCancelled'),
      ...endings('HoldDispositioned'),
      'HoldDispositioned scrap of all': { usesUp: true },
      'HoldDispositioned scrap of all one of two': { usesUp: true, otherHolds: 1 },
    },
  ),
  hold: sheet(
    hold,
    {
      ...{ hold: 'H1', actor: 'quality:2', placedBy: 'operator:1', proposedBy: 'quality:1' },
      reviewedBy: 'quality:1',
      ...{ fourEyes: true, review: false, mayDecide: true, signed: true, fromCentral: false },
      ...{ measured: true, sameUnit: true, asProposed: true, reached: true, due: true },
      ...{ decided: 10_000_000n, remaining: 10_000_000n, untouched: true },
    },
    {
      ...plain('HoldPlaced', 'HoldReduced', 'HoldReviewStarted', 'DispositionProposed'),
      ...plain('DispositionWithdrawn', 'DispositionRejected', 'DispositionApproved'),
      HoldDispositioned: {},
      'HoldDispositioned in part': { decided: 1n },
      HoldReleased: {},
      'HoldReleased by central': { fromCentral: true },
      'HoldReleased of no quantity': { measured: false },
      ...plain('HoldCancelled', 'HoldEscalated', 'HoldReminded'),
    },
  ),
  batch: sheet(
    batch,
    { batch: 'B1', command: '', holds: [], phase: undefined, given: 'mix', due: true },
    {
      ...Object.fromEntries(
        batchCommands.map((command) => [`BatchCommanded ${command}`, { command }]),
      ),
      BatchSettled: {},
      BatchPhaseStarted: {},
      BatchPhaseEnded: { phase: 'mix' },
      BatchPhaseOverran: { phase: 'mix' },
    },
  ),
  inspection: sheet(
    inspection,
    { inspection: 'I1', result: '', signed: true },
    {
      InspectionRequested: {},
      'InspectionRecorded passed': { result: 'passed' },
      'InspectionRecorded failed': { result: 'failed' },
      InspectionCancelled: {},
    },
  ),
  nonconformance: sheet(
    nonconformance,
    { nonconformance: 'N1', openHolds: [], signed: true },
    plain('NonconformanceRaised', 'NonconformanceReviewed', 'NonconformanceClosed'),
  ),
  report: sheet(report, {}, plain('Stated', 'FactReversed', 'QuantityCorrected', 'Restored')),
  lifecycle: sheet(
    lifecycle,
    {},
    plain(
      ...['Create', 'Release', 'CompleteTechnically', 'RevokeTechnicalCompletion', 'Close'],
      'SetDeletionFlag',
    ),
  ),
  confirmation: sheet(
    confirmation,
    {},
    plain('ConfirmInPart', 'ConfirmFinally', 'CancelConfirmation', 'CancelLastConfirmation'),
  ),
  delivery: sheet(delivery, {}, plain('ReceiveInPart', 'ReceiveAll')),
  posting: sheet(
    posting,
    {},
    plain(
      ...['Send', 'Posted', 'Refused', 'Busy', 'Queue', 'Unsure', 'Absent'],
      ...['Hold', 'Defer', 'Void', 'Park', 'Retry', 'Settle', 'GiveUp', 'Lost'],
    ),
  ),
} satisfies Record<string, Sheet>;

export type SheetName = keyof typeof sheets;
