// Goal: two centrals that both think that it is theirs to tell do no harm, and one that stood still
// meanwhile neither. Method: a real hub, and two who tell from one ledger.
import { expect, test } from 'vitest';
import {
  fill,
  hubOfFile,
  isWhole,
  openBooks,
  openHubside,
  startTelling,
  toldAll,
} from './helpers/feedbox.ts';
import { waitFor } from './helpers/plantnet.ts';

const hub = hubOfFile();

test('two who tell at once do no harm: the server takes each message at one place', async () => {
  const side = await openHubside(hub());
  const books = openBooks();
  fill(books);
  startTelling(side, books);
  startTelling(side, books);
  startTelling(side, { book: { ...books.book, move: () => undefined } });
  await toldAll(books);
  await isWhole(side, books);
});

test('who stood still while another told on does not move the cursor back', async () => {
  const side = await openHubside(hub());
  const books = openBooks();
  fill(books, 1, 10);
  const awake = Promise.withResolvers<void>();
  let stored = 0;
  const still = startTelling(side, books, {
    async publish(...asked) {
      const answer = await side.stream.publish(...asked);
      stored += 1;
      await awake.promise;
      return answer;
    },
  });
  await waitFor(() => stored === 30, 30_000, 'all to be stored');
  fill(books, 11, 20);
  startTelling(side, books);
  await toldAll(books);
  const { book } = books;
  const told = book.cursor();
  awake.resolve();
  await still.stop();
  expect(book.cursor()).toEqual(told);
  expect(book.untold()).toEqual({ facts: 0, sinceMs: null });
  await isWhole(side, books);
});
