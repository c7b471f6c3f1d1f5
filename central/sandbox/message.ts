import { Fault } from '../../shared/fault.ts';

/**
 * What the sandbox refuses, and the message it then sends. The class HF is the sandbox's own: SAP's
 * numbers for these differ [K]. MC/601 is SAP's usual "locked by user" [K].
 */
const messages = {
  orderUnknown: 'HF/001',
  orderClosed: 'HF/002',
  operationUnknown: 'HF/003',
  operationFinal: 'HF/004',
  workCenterUnknown: 'HF/005',
  overTolerance: 'HF/006',
  unitWrong: 'HF/007',
  materialUnknown: 'HF/008',
  lotMissing: 'HF/009',
  stockShort: 'HF/010',
  periodClosed: 'HF/011',
  plantUnknown: 'HF/012',
  movementUnknown: 'HF/013',
  valueMissing: 'HF/014',
  valueOver: 'HF/015',
  notOffered: 'HF/016',
  documentUnknown: 'HF/017',
  cancelledAlready: 'HF/018',
  isReversal: 'HF/019',
  keyKnown: 'HF/020',
  decidedAlready: 'HF/021',
  notDecided: 'HF/022',
  purchaseUnknown: 'HF/023',
  supplierWrong: 'HF/024',
  supplierBlocked: 'HF/025',
  accountUnknown: 'HF/026',
  unbalanced: 'HF/027',
  locked: 'MC/601',
} as const;

/** A posting the books do not allow. Nothing of it is kept. */
export const refusal = (message: keyof typeof messages, words: string): Fault =>
  new Fault('REFUSED', `${messages[message]}: ${words}`);

/** Gateway's own errors carry a GUID-like code instead of a message class. */
const gatewayCode = '005056A509B10000E2B0A1D5C0DEC0DE';

type Detail = { code: string; message: string; severity: 'error'; propertyref: ''; target: '' };

/** SAP's error body. `text` may be "CLASS/NNN: words"; each part after a "; " is a detail. */
export function errorBody(text: string): object {
  const details = text.split('; ').map(detailOf);
  const { code, message } = details[0]!;
  return {
    error: {
      code,
      message: { lang: 'en', value: message },
      innererror: {
        transactionid: '0',
        timestamp: new Date().toISOString().replace(/\D/g, '').slice(0, 14),
        errordetails: details,
      },
    },
  };
}

function detailOf(part: string): Detail {
  const [, code = gatewayCode, message = part] = /^([A-Z]+\/\d{3}): (.*)$/s.exec(part) ?? [];
  return { code, message, severity: 'error', propertyref: '', target: '' };
}
