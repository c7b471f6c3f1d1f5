import type { EndpointName } from '../../shared/endpoints.ts';
import { choice, type Fields, fallback, optional, text } from '../../shared/field.ts';
import { plainText } from '../../shared/table.ts';
import { act } from '../desk/act.ts';
import type { Board } from '../desk/board.ts';
import { type Operation, operation, rows } from '../desk/operation.ts';
import { type Saying, saying } from '../posting/amendments.ts';
import type { ActName } from './acts.ts';
import { receiptField } from './delivery.ts';
import { answerFields, dispositionFields, resultFields } from './results.ts';
import { listed } from './view.ts';

/** Most receipts, and suppliers, in one answer. */
const receiptsMax = 1_000;
const suppliersMax = 200;
const receipt = receiptField;
const acting = { receipt, ...saying };
const decides = ({ receipt: name }: Readonly<{ receipt: string }>) => ({
  about: { kind: 'receipt', name } as const,
  acts: ['inspect-receipt', 'answer-claim', 'dispose-receipt'] as const,
});
type Shown = ReturnType<Board['inbound']['one']>;
type Asked = Saying & Readonly<{ receipt: string; dryRun: boolean }>;

const sights = ({ inbound }: Board): Operation[] => [
  operation({
    ...{ name: 'inbound', main: 'show', text: plainText },
    doc: 'What suppliers have delivered, what is proposed of it, and the books of goods and money.',
    fields: {
      show: fallback(choice('Which receipts.', listed), 'waiting'),
      limit: fallback(rows(receiptsMax), 100),
      after: optional(receiptField),
    },
    answer: inbound.list,
  }),
  operation({
    ...{ name: 'receipt', main: 'receipt', fields: { receipt }, text: plainText },
    doc: 'One receipt: why it is inspected, its results, claim and documents, what was made of it.',
    answer: (asked) => inbound.one(asked.receipt),
  }),
  operation({
    ...{ name: 'suppliers', text: plainText },
    doc: 'Every supplier with its rating, and how its deliveries went, material by material.',
    fields: {
      limit: fallback(rows(suppliersMax), 50),
      after: optional(text('Supplier behind which the answer begins.', 40)),
    },
    answer: inbound.suppliers,
  }),
];

/** What is asked of receipts and said of them; each act answers how the receipt stands then. */
export function inboundOperations(board: Board): Operation[] {
  const { inbound } = board;
  function says<F extends typeof acting>(
    name: EndpointName,
    doc: string,
    fields: F,
    does: (receipt: string, said: Saying, more: object) => void,
    more: object = {},
  ): Operation {
    return act(board, {
      ...{ name, doc, fields: fields as Fields, text: plainText },
      does(asked: object) {
        const { receipt: one, by, reason, dryRun: _, ...rest } = asked as Asked;
        does(one, { by, reason }, rest);
        board.moved();
        return inbound.one(one);
      },
      about: (asked: object, { receipt: row }: Shown) => [
        { kind: 'receipt', name: (asked as Asked).receipt },
        ...(row.lot ? [{ kind: 'lot', name: row.lot }] : []),
      ],
      // What moves nothing is done by one person.
      outcome: ({ acts }: Shown) => (acts.at(-1)?.decision === null ? 'proposed' : 'done'),
      ...more,
    } as Parameters<typeof act>[1]);
  }
  const proposes =
    (what: ActName) =>
    (one: string, said: Saying, more: object): void =>
      inbound.propose(one, what, more, said);
  return [
    ...sights(board),
    says(
      'inspect-receipt',
      'The result of an inspection: done when a second person approves, if anything moves by it.',
      { ...acting, ...resultFields },
      proposes('result'),
    ),
    says(
      'answer-claim',
      'What came of a claim: its provision is taken back once a second person approves.',
      { ...acting, ...answerFields },
      proposes('answer'),
    ),
    says(
      'dispose-receipt',
      'What becomes of what was rejected, once a second person approves.',
      { ...acting, ...dispositionFields },
      proposes('disposition'),
    ),
    says(
      'approve-receipt',
      'A second person says yes to what was proposed.',
      acting,
      inbound.approve,
      {
        ...{ decides, outcome: () => 'approved' },
      },
    ),
    says('reject-receipt', 'Somebody says no to what was proposed.', acting, inbound.reject, {
      ...{ decides, outcome: () => 'rejected' },
    }),
  ];
}
