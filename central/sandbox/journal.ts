import type { Database } from '../../shared/database.ts';
import { list, type Read, record } from '../../shared/field.ts';
import {
  date,
  dateText,
  decimal,
  decimalText,
  digits,
  literal,
  reference,
  text,
} from './entity.ts';
import type { Master } from './master.ts';
import { refusal } from './message.ts';
import { addValue } from './stock.ts';

/** The one company code. */
export const companyCode = '1000';

/** What the sandbox takes of an A_JournalEntry; all of its names are [K]. */
export const journalFields = {
  CompanyCode: text('Company code.', 4),
  AccountingDocumentType: text('Document type.', 2),
  PostingDate: date('Posting date.'),
  DocumentDate: date('Document date.'),
  DocumentReferenceID: reference,
  AccountingDocumentHeaderText: text('Words.', 25),
  to_JournalEntryItem: list(
    record('Item.', {
      GLAccount: text('Account.', 10),
      DebitCreditCode: text('S debit, H credit.', 1),
      AmountInTransactionCurrency: decimal('How much.'),
      TransactionCurrency: text('Currency.', 5),
      AssignmentReference: text('Assignment.', 18),
      DocumentItemText: text('Words.', 50),
      CostCenter: text('Cost centre.', 10),
    }),
    100,
  ),
};
/** What the sandbox takes of Reverse, the function of journal entries [K]. */
export const reverseFields = {
  CompanyCode: literal('', text('Company code.', 4)),
  FiscalYear: literal('', digits('Year.', 4)),
  AccountingDocument: literal('', digits('Number.', 10)),
  PostingDate: literal('datetime', date('Posting date.')),
  ReversalReason: literal('', text('Reason.', 2)),
  DocumentReferenceID: literal('', reference),
};
type Given = Read<typeof journalFields>;
type Item = Given['to_JournalEntryItem'][number];
type Row = {
  number: bigint;
  key: string | null;
  type: string;
  text: string | null;
  postingDate: string;
  currency: string;
  reverses: bigint | null;
  reversed: bigint;
};
type ItemRow = {
  entry: bigint;
  item: bigint;
  account: string;
  side: 'S' | 'H';
  amount: bigint;
  assignment: string | null;
  text: string | null;
};
export type Journal = ReturnType<typeof openJournal>;

const numberText = (number: bigint): string => `${number}`.padStart(10, '0');
const fiscalYear = ({ postingDate }: Row): string => postingDate.slice(0, 4);

/** Journal entries: debits equal credits, accounts exist, and nothing is taken back twice. */
export function openJournal(db: Database, master: Master) {
  const columns = `SELECT *,
      EXISTS (SELECT 1 FROM journal_entry r WHERE r.reverses = j.number) AS reversed
    FROM journal_entry j`;
  const one = db.prepare<[bigint], Row>(`${columns} WHERE number = ?`);
  const byKey = db.prepare<[string], Row>(`${columns} WHERE key = ? ORDER BY number`);
  const items = db.prepare<[bigint], ItemRow>(
    'SELECT * FROM journal_item WHERE entry = ? ORDER BY item',
  );
  const account = db.prepare<[string], 1>('SELECT 1 FROM account WHERE account = ?').pluck();
  const addAccount = db.prepare('INSERT INTO account VALUES (?) ON CONFLICT DO NOTHING');
  const insert = db.prepare(
    `INSERT INTO journal_entry
     SELECT coalesce(max(number), 99999999) + 1, @key, @type, @text, @day, @currency, @reverses
     FROM journal_entry RETURNING number`,
  );
  const insertItem = db.prepare(
    'INSERT INTO journal_item VALUES (@entry, @item, @account, @side, @amount, @assignment, @text)',
  );

  function checkItem({ GLAccount: number = '', DebitCreditCode: side, ...given }: Item): void {
    if (account.get(number) === undefined) {
      throw refusal('accountUnknown', `Account ${number} does not exist`);
    }
    if (side !== 'S' && side !== 'H') {
      throw refusal('valueMissing', `DebitCreditCode must be S or H, not ${side ?? '(none)'}`);
    }
    if ((given.AmountInTransactionCurrency ?? 0n) > 0n) return;
    throw refusal('valueMissing', 'AmountInTransactionCurrency must be more than 0');
  }

  /** Debits less credits must be nothing, in one currency. */
  function checkBalance(all: readonly Item[]): string {
    const [first] = all;
    const currency = first?.TransactionCurrency;
    if (!currency || all.some((item) => item.TransactionCurrency !== currency)) {
      throw refusal('valueMissing', 'TransactionCurrency must be given, the same of each item');
    }
    const sumOf = (side: string) =>
      all
        .filter((item) => item.DebitCreditCode === side)
        .reduce((sum, item) => addValue(sum, item.AmountInTransactionCurrency!), 0n);
    if (sumOf('S') === sumOf('H')) return currency;
    throw refusal('unbalanced', 'Debits and credits are not the same');
  }

  const post = db.transaction((given: Given): bigint => {
    if (given.CompanyCode !== companyCode) {
      throw refusal('plantUnknown', `Company code ${given.CompanyCode} does not exist`);
    }
    master.checkPeriod(given.PostingDate);
    const all = given.to_JournalEntryItem;
    if (all.length < 2) throw refusal('valueMissing', 'A journal entry has two items or more');
    all.forEach(checkItem);
    const currency = checkBalance(all);
    const { number: entry } = insert.get({
      ...{ key: given.DocumentReferenceID ?? null, type: given.AccountingDocumentType ?? 'SA' },
      text: given.AccountingDocumentHeaderText ?? null,
      ...{ day: given.PostingDate, currency, reverses: null },
    }) as { number: bigint };
    all.forEach((item, at) => {
      insertItem.run({
        ...{ entry, item: at + 1, account: item.GLAccount, side: item.DebitCreditCode },
        ...{ amount: item.AmountInTransactionCurrency, text: item.DocumentItemText ?? null },
        assignment: item.AssignmentReference ?? null,
      });
    });
    return entry;
  });

  const reverse = db.transaction((given: Read<typeof reverseFields>): bigint => {
    const { AccountingDocument: number, FiscalYear: year, PostingDate: day } = given;
    const row = given.CompanyCode === companyCode ? one.get(number) : undefined;
    const what = `Journal entry ${number}/${year}`;
    if (!row || BigInt(fiscalYear(row)) !== year) {
      throw refusal('documentUnknown', `${what} does not exist`);
    }
    if (row.reverses !== null) throw refusal('isReversal', `${what} is a reversal`);
    if (row.reversed) throw refusal('cancelledAlready', `${what} is reversed already`);
    if (given.ReversalReason === undefined) {
      throw refusal('valueMissing', 'ReversalReason must be given');
    }
    master.checkPeriod(day);
    const { type, currency } = row;
    const { number: entry } = insert.get({
      ...{ key: given.DocumentReferenceID ?? null, type, text: null, day, currency },
      reverses: number,
    }) as { number: bigint };
    for (const item of items.all(number)) {
      insertItem.run({ ...item, entry, side: item.side === 'S' ? 'H' : 'S' });
    }
    return entry;
  });

  const shownItem = (item: ItemRow, { currency }: Row): object => ({
    GLAccount: item.account,
    DebitCreditCode: item.side,
    AmountInTransactionCurrency: decimalText(item.amount),
    TransactionCurrency: currency,
    AssignmentReference: item.assignment ?? '',
    DocumentItemText: item.text ?? '',
  });
  function shown(row: Row, isExpanded: boolean): object {
    const original = row.reverses === null ? undefined : one.get(row.reverses);
    return {
      ...{ CompanyCode: companyCode, FiscalYear: fiscalYear(row) },
      AccountingDocument: numberText(row.number),
      AccountingDocumentType: row.type,
      PostingDate: dateText(row.postingDate),
      DocumentReferenceID: row.key ?? '',
      AccountingDocumentHeaderText: row.text ?? '',
      IsReversed: row.reversed === 1n,
      ReverseDocument: original ? numberText(original.number) : '',
      ReverseDocumentFiscalYear: original ? fiscalYear(original) : '',
      to_JournalEntryItem: isExpanded
        ? { results: items.all(row.number).map((item) => shownItem(item, row)) }
        : { __deferred: { uri: `A_JournalEntry('${row.number}')/to_JournalEntryItem` } },
    };
  }

  return {
    /** Posts an entry and returns it as SAP shows it; or refuses all of it. */
    post: (given: Given): object => shown(one.get(post.immediate(given))!, true),
    /** Takes one back and returns what does. */
    reverse: (given: Read<typeof reverseFields>): object =>
      shown(one.get(reverse.immediate(given))!, true),
    find: (key: string, isExpanded: boolean): object[] =>
      byKey.all(key).map((row) => shown(row, isExpanded)),
    one(number: string, year: string, isExpanded: boolean): object | undefined {
      const row = one.get(BigInt(number));
      return row && fiscalYear(row) === year ? shown(row, isExpanded) : undefined;
    },
    addAccount: (number: string) => addAccount.run(number),
  };
}
