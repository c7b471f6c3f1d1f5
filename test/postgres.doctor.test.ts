// Goal: whoever asks how a ledger on PostgreSQL stands is told in words, and what to type next; and
// who looks there for what files have is told what to do instead.
// Method: what is told, case by case; and the commands themselves, on a real server.
import { describe, expect, test } from 'vitest';
import { migrations } from '../central/memory.ts';
import { openLeases } from '../central/posting/leases.ts';
import { openShared } from '../central/sql/sharing.ts';
import { diagnoseLedger, type Standing } from '../cli/ledger.ts';
import { postgresOrWhy } from './helpers/again.ts';
import { configFile, holdfast, shopOn } from './helpers/centralconfig.ts';

const cluster = await postgresOrWhy();

const well: Standing = {
  ...{ place: 'PostgreSQL db.example/plant schema s', server: '17', isEncrypted: true },
  ...{ facts: 1, lines: 1, aside: 0, waiting: 0, parked: 0, standbys: [], isCleaned: true },
  ...{ transactionMs: 0, centrals: [{ boot: 'one', lanes: 3, leftMs: 9_000, reads: 1 }] },
};
const [central] = well.centrals;
const wrongs: [string, Partial<Standing>, string[]][] = [
  ['nothing', {}, []],
  ['nothing on this machine', { place: 'PostgreSQL 127.0.0.1:5432/p schema s' }, []],
  ['no central', { centrals: [] }, ['bad centrals: no central is alive']],
  [
    'one that is dead beside one that lives',
    { centrals: [central!, { ...central!, boot: 'two', leftMs: -60_000, reads: 0 }] },
    ['warn central two: gives no sign for 1 min, with 3 lanes'],
  ],
  ['nobody who reads', { centrals: [{ ...central!, reads: 0 }] }, ['warn centrals: none of them']],
  [
    'a standby that lags',
    { standbys: [{ name: 'b', state: 'async' }] },
    ['bad server: no standby replicates synchronously (b): a fail-over may lose facts'],
  ],
  [
    'a standby of which we may not know',
    { standbys: [{ name: '', state: '' }] },
    ['warn server: it has standbys, and whether they lag is not shown to us'],
  ],
  ['a standby that does not', { standbys: [{ name: 'b', state: 'sync' }] }, []],
  ['an open line', { isEncrypted: false }, ['warn server: what is said to it is not encrypted']],
  ['no cleaning', { isCleaned: false }, ['warn server: autovacuum is off']],
  [
    'a long transaction',
    { transactionMs: 3_600_000 },
    ['warn server: a transaction is open for 6'],
  ],
  [
    'work for people',
    { parked: 1, aside: 2, waiting: 1_500 },
    [
      'warn ledger: 1 document waits for a person',
      'warn ledger: 2 messages or facts are set aside',
      'warn ledger: 1,500 facts wait for what is missing before it',
    ],
  ],
];
test.each(wrongs)('a ledger with %s is told in words', (_name, more, words) => {
  const told = diagnoseLedger({ ...well, ...more });
  expect(told.map(({ level, about, says }) => `${level} ${about}: ${says}`)).toEqual(
    words.map((start) => expect.stringContaining(start)),
  );
});

describe("central's config instead of a store", () => {
  const ways: [string, string[], RegExp][] = [
    ['salvage', ['--to', 'new.db'], /nothing is salvaged from it: restore PostgreSQL's own backup/],
    [
      'backup',
      ['--to', 'new.db'],
      /back it up by PostgreSQL's own means: pg_dump, or archived logs/,
    ],
    ['verify', [], /give it as --config: holdfast verify --config/],
    ['doctor', [], /give it as --config: holdfast doctor --config/],
  ];
  test.each(ways)('holdfast %s says what to do instead', (command, more, words) => {
    const config = configFile({ postgres: { url: 'postgres://a@b/c' } });
    const { status, stderr } = holdfast(command, '--store', config, ...more);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(words) });
    const inFile = holdfast(command, '--store', configFile({ storePath: 'l.db' }), ...more);
    expect(inFile.stderr).toMatch(/is central's config: name the file that its storePath names/);
  });
});

test('of a config whose ledger is a file doctor looks for mistakes alone', () => {
  const { status, stdout } = holdfast('doctor', '--config', configFile({ storePath: 'l.db' }));
  expect({ status, stdout }).toEqual({ status: 0, stdout: '✓ nothing is wrong\n' });
  const mistaken = holdfast('doctor', '--config', configFile({ storePath: 7 }));
  expect(mistaken).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/✗ config: config.sto/),
  });
});

if (typeof cluster === 'string') {
  test('doctor on PostgreSQL', ({ skip }) => skip(cluster));
} else {
  const { url, passwordPath } = cluster;

  test('doctor tells how it stands: with a central, without, and where there is none', () => {
    const { where, config } = shopOn(cluster);
    const alone = holdfast('doctor', '--config', config);
    expect(alone.status).toBe(1);
    expect(alone.stdout).toMatch(
      /^PostgreSQL 127.0.0.1:\d+\/postgres schema shop_\d+ \(1[\d.]+\): 2 lin/,
    );
    expect(alone.stdout).toContain('✗ centrals: no central is alive');
    const db = openShared(where, 'alive', migrations);
    const leases = openLeases({ db, boot: 'alive', leaseMs: 86_400_000, monotonicMs: Date.now });
    db.transaction(() => leases.renew()).immediate();
    const lives = holdfast('doctor', '--config', config);
    expect(lives.stdout).toMatch(
      /2 lines, 25 facts, 1 central\n! ledger: \d+ documents wait for a/,
    );
    expect(lives.stdout).not.toContain('✗');
    db.close();
    const gone = configFile({ postgres: { url, passwordPath, schema: 'nowhere' } });
    expect(holdfast('doctor', '--config', gone).stdout).toMatch(
      /^✗ ledger: postgres.schema: .*nowhere: holds no ledger\n {4}next: docs\/postgres.md/,
    );
    const mistaken = configFile({ postgres: { url: 7 } });
    expect(holdfast('doctor', '--config', mistaken).stdout).toMatch(
      /✗ config: config.postgres.url/,
    );
  });
}
