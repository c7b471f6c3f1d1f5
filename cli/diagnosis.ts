import { skewMaxMs, skewText } from '../shared/beat.ts';
import { lasting } from '../shared/clock.ts';
import { certificates } from './certificatesymptoms.ts';
import { unmanned } from './manned.ts';
import { type Asker, fileOf, type Look, type Symptom, type Told } from './symptom.ts';
import { wayOf } from './waysymptoms.ts';

/** Central is asked every few seconds; a silence of this length is no coincidence, ms. */
const silentMs = 30_000;
const skewBadMs = 60_000;
/** A hold that nobody has decided for so long, ms. */
const holdMs = 24 * 3_600_000;
const walWarnBytes = 64 * 1024 * 1024;
const daysWarn = 7;

const mb = (bytes: number): string => `${Math.round(bytes / (1024 * 1024))} MB`;

const stopped: Look = ({ lines }, asker) =>
  lines.flatMap(({ line: about, failure: says }): Symptom[] => {
    if (says === null) return [];
    const next =
      `stop the edge, then: holdfast verify --store ${fileOf(asker)}; where it finds ` +
      'nothing: docs/backup.md, a line that stays stopped';
    return [{ level: 'bad', about, says, next }];
  });

const bare: Look = ({ lines }) =>
  lines.flatMap(({ line: about, orphans }): Symptom[] => {
    if (orphans === 0) return [];
    const facts = orphans === 1 ? '1 fact rests' : `${orphans} facts rest`;
    const says = `${facts} on what a lost disk had: recorded, without effect here`;
    const next = 'docs/swap.md, facts without effect: a person looks after what they say';
    return [{ level: 'warn', about, says, next }];
  });

const central: Look = ({ central: heard, nowMs, oldestUnsentMs, unsent, lines }) => {
  if (heard === undefined) return [];
  const about = 'central';
  if (heard === null || nowMs - heard.atMs > silentMs) {
    const since = heard === null ? 'since this edge began' : `for ${lasting(nowMs - heard.atMs)}`;
    const says = `central has not answered ${since}`;
    return [{ level: 'warn', about, says, next: 'see that central runs, and what its log says' }];
  }
  const symptoms: Symptom[] = [];
  const isUp = lines.every(({ way }) => way.state === 'up');
  if (isUp && oldestUnsentMs !== null && nowMs - oldestUnsentMs > 10 * 60_000) {
    const since = lasting(nowMs - oldestUnsentMs);
    const says = `${unsent} facts are unsent for ${since}, though the link is up`;
    symptoms.push({ level: 'warn', about, says, next: "see the edge's log for 'hub'" });
  }
  return symptoms;
};

/** What central has asked and nobody has taken in: a hold goes past a full disk, the rest waits. */
const commands: Look = ({ lines }) =>
  lines.flatMap(({ line, commandsWait }) => {
    if (!commandsWait) return [];
    const { count, reason } = commandsWait;
    const says = `${count} commands of central wait: ${reason}`;
    const next = 'make room where the disk is full; hf.desk.sent tells what waits';
    return [{ level: 'bad', about: line, says, next }];
  });

/** As the edge says itself, or by what central has said of it. */
const clock: Look = ({ clock: told, central: heard }) => {
  const skewMs = heard?.skewMs ?? 0;
  const isSkewed = Math.abs(skewMs) > skewMaxMs;
  const isSuspect = told === undefined ? isSkewed : told.state === 'suspect';
  if (!isSuspect) return [];
  const says = told?.says ?? `clock ${skewText(skewMs)}`;
  const level = isSkewed && Math.abs(skewMs) <= skewBadMs ? 'warn' : 'bad';
  const next = 'chronyc tracking; chronyc makestep; central parks documents that are a day off';
  return [{ level, about: 'clock', says, next }];
};

/** Said once for all lines: a person looks at central's lists, not at each line. */
const waiting: Look = ({ lines }) => {
  const those = lines.filter((line) => line.waiting > 0);
  const [first] = those;
  if (!first) return [];
  const count = those.reduce((sum, line) => sum + line.waiting, 0);
  const about = those.length === 1 ? first.line : `${those.length} lines`;
  const says = `${count} facts wait at central for the ERP or a person`;
  const next =
    'holdfast desk --central http://127.0.0.1:8090 for what is parked; for the rest ' +
    'curl -s http://127.0.0.1:8090/v1/postings/held (or deferred)';
  return [{ level: 'warn', about, says, next }];
};

const disk: Look = ({ disk: told, program }) => {
  const symptoms: Symptom[] = [];
  const about = 'disk';
  if (told && told.level !== 'ok') {
    const says = `level ${told.level}: room for ${mb(told.roomBytes)} of ${mb(told.budgetBytes)}`;
    const level = told.level === 'warn' ? 'warn' : 'bad';
    const next = 'make room on the disk, or raise diskBudgetMb';
    symptoms.push({ level, about, says, next });
  } else if (told && told.daysLeft !== null && told.daysLeft < daysWarn) {
    const says = `room for ${told.daysLeft} days at the present rate`;
    symptoms.push({
      level: 'warn',
      about,
      says,
      next: 'make room on the disk, or raise diskBudgetMb',
    });
  }
  if (told && told.walBytes > walWarnBytes) {
    const says = `the write-ahead log has ${mb(told.walBytes)}`;
    symptoms.push({ level: 'warn', about, says, next: 'see that no other program reads the file' });
  }
  if (program && (program.journalMode !== 'wal' || program.synchronous !== 2)) {
    const says = `journal mode ${program.journalMode}, synchronous ${program.synchronous}`;
    const next = 'an accepted fact may be lost in a power cut: install the release anew';
    symptoms.push({ level: 'bad', about, says, next });
  }
  return symptoms;
};

/** Said once for all holds, by the oldest of them. */
const holds: Look = ({ holds: open, nowMs }, { edge }) => {
  const late = open
    .filter(({ placedMs, reviewedBy }) => nowMs - placedMs > holdMs && reviewedBy === undefined)
    .sort((a, b) => a.placedMs - b.placedMs);
  const [oldest] = late;
  if (!oldest) return [];
  const { hold, line, placedBy, placedMs, reason, origin } = oldest;
  const by = origin === 'central' ? `${placedBy}, from central` : placedBy;
  const one = `hold ${hold} (${reason}) by ${by}: undecided for ${lasting(nowMs - placedMs)}`;
  const says =
    late.length === 1
      ? one
      : `${late.length} holds are undecided for more than a day; the oldest: ${one}`;
  const seen = edge === undefined ? '' : `; all of them: curl -s ${new URL('/v1/status', edge)}`;
  const next =
    origin === 'central'
      ? `have it decided at central: holdfast desk, or hf.desk.dispose and hf.desk.release${seen}`
      : `have quality review: StartHoldReview, then DispositionHold or ReleaseHold${seen}`;
  return [{ level: 'warn', about: late.length === 1 ? line : 'holds', says, next }];
};

const versions: Look = ({ program, charts = program?.charts }, asker) => {
  const symptoms: Symptom[] = [];
  if (program && program.release !== asker.release) {
    const says = `the edge runs release ${program.release}, this is ${asker.release}`;
    const next = 'ask with the release that runs, or upgrade the edge';
    symptoms.push({ level: 'warn', about: 'release', says, next });
  }
  if (charts && charts !== asker.charts) {
    const next = `before the upgrade: holdfast dry-run --store ${fileOf(asker)}`;
    const says = `its facts are judged by other charts than this release has: ${charts}`;
    symptoms.push({ level: 'warn', about: 'charts', says, next });
  }
  return symptoms;
};

/** All that is wrong with an edge, the worst first. */
export function diagnose(told: Told, asker: Asker): readonly Symptom[] {
  const own = [stopped, bare, wayOf, central, clock, waiting, commands, disk];
  const looks = [...own, unmanned, holds, versions, certificates];
  const all = looks.flatMap((look) => look(told, asker));
  return [...all.filter(({ level }) => level === 'bad'), ...all.filter((s) => s.level === 'warn')];
}
