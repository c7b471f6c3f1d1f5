// A consumer of the feed in plain JavaScript: good pieces of each order, corrections included.
// `holdfast feed check --handler docs/examples/feed-consumer.js` holds it to the rules of the feed.

/** Decimal texts as whole millionths: sums of money or material never see a float. */
const millionths = (text) => {
  const [whole, fraction = ''] = text.split('.');
  return BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
};
const decimal = (sum) => {
  const fraction = `${sum % 1_000_000n}`.padStart(6, '0').replace(/0+$/, '');
  return `${sum / 1_000_000n}${fraction && `.${fraction}`}`;
};

export function open() {
  const reached = new Map(); // how far each line was read: epoch first, then sequence
  const reports = new Map(); // what counts, by the id of the fact that reported it

  /** True for what was read before: the feed may tell it again, and never tells it out of order. */
  function isOld({ line, epoch, sequence }) {
    const before = reached.get(line) ?? { epoch: 0, sequence: 0 };
    if (epoch < before.epoch) return true;
    if (epoch === before.epoch && sequence <= before.sequence) return true;
    reached.set(line, { epoch, sequence });
    return false;
  }

  const known = {
    'QuantityReported.v1': ({ eventId, order, body }) => {
      if (order !== undefined) reports.set(eventId, { order, good: body.good });
    },
    'QuantityCorrected.v1': ({ body }) => {
      const report = reports.get(body.original);
      if (report) reports.set(body.original, { ...report, good: body.good });
    },
    'FactReversed.v1': ({ body }) => reports.delete(body.original),
  };

  return {
    /** Called for each message; the feed is told "done" when it returns, and not before. */
    handle({ data }) {
      if (!isOld(data)) known[`${data.type}.v${data.version}`]?.(data);
    },
    /** What came of it: the kit compares this, and nothing else. */
    state() {
      const sums = new Map();
      for (const { order, good } of reports.values()) {
        sums.set(order, (sums.get(order) ?? 0n) + millionths(good));
      }
      const sorted = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
      return Object.fromEntries(sorted.map(([order, sum]) => [order, decimal(sum)]));
    },
  };
}
