import { fallback, id, optional, type Read } from '../../shared/field.ts';

/** What SAP must be told to claim, and to provide for what is claimed. */
export const supplierFields = {
  companyCode: id('Company code.', 4),
  claimAccount: id('G/L account of what suppliers shall make good; debited.', 10),
  costAccount: id('G/L account of the cost that it takes off; credited.', 10),
  costCenter: optional(id('Cost centre of the latter.', 10)),
  documentType: fallback(id('Document type of the journal entry [K].', 2), 'SA'),
  reversalReason: fallback(id('Reason of its reversal [K].', 2), '01'),
  notificationType: fallback(id('Type of the quality notification.', 2), 'Q2'),
};
export type SupplierSettings = Read<typeof supplierFields>;
