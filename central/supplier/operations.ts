import type { EndpointName } from '../../shared/endpoints.ts';
import { choice, type Fields, fallback, optional, type Read, text } from '../../shared/field.ts';
import { plainText } from '../../shared/table.ts';
import { type Saying, saying } from '../amendments.ts';
import type { Board } from '../board.ts';
import { dryRun } from '../deskoperations.ts';
import { type Operation, operation, rows } from '../operation.ts';
import type { ActName } from './acts.ts';
import { receiptField } from './delivery.ts';
import { answerFields, dispositionFields, resultFields } from './results.ts';
import { listed } from './view.ts';

/** Most receipts, and suppliers, in one answer. */
const receiptsMax = 1_000;
const suppliersMax = 200;
const receipt = receiptField;
const acting = { receipt, ...saying, dryRun };
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
  function act<F extends typeof acting>(
    name: EndpointName,
    doc: string,
    fields: F,
    does: (receipt: string, said: Saying, more: object) => void,
  ): Operation {
    return operation({
      ...{ name, doc, fields: fields as Fields, text: plainText },
      answer(asked: Read<F>) {
        const { receipt: one, by, reason, dryRun: isDry, ...more } = asked as unknown as Asked;
        return board.acting(isDry, () => {
          does(one, { by, reason }, more);
          board.moved();
          return inbound.one(one);
        });
      },
    } as Parameters<typeof operation>[0]);
  }
  const proposes =
    (what: ActName) =>
    (one: string, said: Saying, more: object): void =>
      inbound.propose(one, what, more, said);
  return [
    ...sights(board),
    act(
      'inspect-receipt',
      'The result of an inspection: done when a second person approves, if anything moves by it.',
      { ...acting, ...resultFields },
      proposes('result'),
    ),
    act(
      'answer-claim',
      'What came of a claim: its provision is taken back once a second person approves.',
      { ...acting, ...answerFields },
      proposes('answer'),
    ),
    act(
      'dispose-receipt',
      'What becomes of what was rejected, once a second person approves.',
      { ...acting, ...dispositionFields },
      proposes('disposition'),
    ),
    act('approve-receipt', 'A second person says yes to what was proposed.', acting, (one, said) =>
      inbound.approve(one, said),
    ),
    act('reject-receipt', 'Somebody says no to what was proposed.', acting, (one, said) =>
      inbound.reject(one, said),
    ),
  ];
}
