import { defineChart } from './engine.ts';

/**
 * The order as SAP shows it, in three regions that live side by side: its life, what is confirmed
 * of it, and what is delivered of it. Central keeps each as our own facts and documents move it, to
 * set it beside the ERP's own word. From `none` on; statuses as SAP abbreviates them.
 */
export const lifecycle = defineChart<{ type: string }>({
  id: 'erpLifecycle',
  version: 1,
  initial: 'none',
  rules: {},
  states: {
    none: { on: { Create: { target: 'CRTD' } } },
    CRTD: {
      on: {
        ...{ Release: { target: 'REL' }, CompleteTechnically: { target: 'TECO' } },
        SetDeletionFlag: { target: 'DLFL' },
      },
    },
    REL: {
      on: { CompleteTechnically: { target: 'TECO' }, SetDeletionFlag: { target: 'DLFL' } },
    },
    TECO: {
      on: { RevokeTechnicalCompletion: { target: 'REL' }, Close: { target: 'CLSD' } },
    },
    CLSD: {},
    DLFL: {},
  },
});

export const confirmation = defineChart<{ type: string }>({
  id: 'erpConfirmation',
  version: 1,
  initial: 'none',
  rules: {},
  states: {
    none: { on: { ConfirmInPart: { target: 'PCNF' }, ConfirmFinally: { target: 'CNF' } } },
    PCNF: {
      on: {
        ...{ ConfirmInPart: { actions: 'note' }, ConfirmFinally: { target: 'CNF' } },
        CancelLastConfirmation: { target: 'none' },
      },
    },
    CNF: { on: { CancelConfirmation: { target: 'PCNF' } } },
  },
});

export const delivery = defineChart<{ type: string }>({
  id: 'erpDelivery',
  version: 1,
  initial: 'none',
  rules: {},
  states: {
    none: { on: { ReceiveInPart: { target: 'PDLV' }, ReceiveAll: { target: 'DLV' } } },
    PDLV: {
      on: { ReceiveInPart: { actions: 'note' }, ReceiveAll: { target: 'DLV' } },
    },
    DLV: {},
  },
});
