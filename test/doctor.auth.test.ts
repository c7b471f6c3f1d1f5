// Goal: the doctor tells which key or certificate is refused or ends, and what to do.
import { expect, test } from 'vitest';
import { certificates } from '../cli/certificatesymptoms.ts';
import type { Told } from '../cli/symptom.ts';
import { wayOf } from '../cli/waysymptoms.ts';
import type { CertificateStanding } from '../shared/pki.ts';

const nowMs = 1_700_000_000_000;
const asker = { release: '1', charts: '' };
const line = { line: 'M01', failure: null, orphans: 0, head: 9, unsent: 7, waiting: 0 };
const told = (more: Partial<Told>): Told => ({
  ...{ nowMs, unsent: 7, oldestUnsentMs: null, lines: [], holds: [] },
  ...more,
});

test.each([
  ["the leaf refuses this edge's credentials since T (no)", 'renew the seed in natsNkeyPath'],
  ["the hub refuses the leaf's key since T", "let the leaf's key in at the hub"],
  ["the hub refuses the leaf's certificate since T", 'renew the certificate beside the leaf'],
  ["the leaf does not take the hub's certificate since T", 'beside the leaf or the hub'],
  ['the certificate "leaf" is over since T: renew it', 'renew the certificate beside the leaf'],
])('N1: auth: %s', (why, next) => {
  const way = { state: 'down', sinceMs: nowMs, detail: `auth: ${why}` };
  const [symptom, ...others] = wayOf(told({ lines: [{ ...line, way }] }), asker);
  expect(others).toEqual([]);
  expect(symptom).toMatchObject({ level: 'bad', says: `auth: ${why}; 7 facts are unsent` });
  expect(symptom!.next).toMatch(/^nothing is lost: /);
  expect(symptom!.next).toContain(next);
});

type State = CertificateStanding['state'];
test.each<[string, State, number | null, 'bad' | 'warn', string, string]>([
  ['leaf', 'soon', 12, 'warn', '"leaf" ends at 2023-11-26T22:13:20.000Z, in 12 days', 'the leaf'],
  ['tls', 'urgent', 1, 'bad', 'in 1 day: renew it', 'tls.certPath and tls.keyPath'],
  ['opcua', 'over', -1, 'bad', 'is over since 2023-11-13', 'own/certs/edge.pem'],
  ['hub', 'early', 90, 'bad', 'is not valid yet', 'timedatectl'],
  ['other', 'unreadable', null, 'bad', 'cannot be read', 'the file that certificates names'],
])('a certificate %s that is %s, %s days left', (name, state, daysLeft, level, says, next) => {
  const untilMs = daysLeft === null ? null : nowMs + daysLeft * 86_400_000;
  const good = { name: 'x', state: 'good' as const, daysLeft: 80, untilMs: 1 };
  const [one, ...others] = certificates(
    told({ certificates: [good, { name, state, daysLeft, untilMs }] }),
    asker,
  );
  expect(others).toEqual([]);
  expect(one).toMatchObject({ level, about: 'certificate' });
  expect([one!.says, one!.next]).toEqual([
    expect.stringContaining(says),
    expect.stringContaining(next),
  ]);
});
