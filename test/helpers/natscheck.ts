// What `nats server check stream|consumer` says without flags: the thresholds of the metadata over
// the answers of the JetStream API, in the CLI's own order and with its own comparisons (natscli by
// jsm.go's monitor/stream.go and monitor/consumer.go).

type Info = {
  config: { metadata?: Record<string, string> };
  state?: { num_subjects?: number };
  cluster?: {
    leader?: string;
    replicas?: { lag?: number; active?: number; offline?: boolean }[];
  };
  num_pending?: number;
};
export type Verdict = { status: 'OK' | 'WARNING' | 'CRITICAL'; says: string[] };

function judge(critical: readonly string[], warning: readonly string[]): Verdict {
  if (critical.length > 0) return { status: 'CRITICAL', says: [...critical] };
  return warning.length > 0
    ? { status: 'WARNING', says: [...warning] }
    : { status: 'OK', says: [] };
}

/** 0 where the key is absent, as in the CLI; throws for what it could not read either. */
function number({ config: { metadata = {} } }: Info, key: string): number {
  const text = metadata[`io.nats.monitor.${key}`] ?? '0';
  const [, digits, unit] = /^(\d+)(ms|s|m|h)?$/.exec(text) ?? [];
  if (digits === undefined) throw new Error(`${key}: ${text}`);
  return Number(digits) * { ms: 1e-3, s: 1, m: 60, h: 3_600 }[unit ?? 's']!;
}

/** Of an answer to `STREAM.INFO`. */
export function checkStream(info: Info): Verdict {
  const critical: string[] = [];
  const warning: string[] = [];
  const { cluster } = info;
  const expected = number(info, 'peer-expect');
  const peers = (cluster?.replicas?.length ?? 0) + (cluster?.leader ? 1 : 0);
  if (!cluster && expected > 0) critical.push('Stream is not clustered');
  else if (cluster && !cluster.leader) critical.push('No leader');
  else if (cluster && peers !== expected) {
    critical.push(`Expected ${expected} replicas got ${peers}`);
  } else {
    const [lag, seen] = [number(info, 'peer-lag-critical'), number(info, 'peer-seen-critical')];
    for (const one of cluster?.replicas ?? []) {
      if (one.offline) critical.push('replica offline');
      if (lag > 0 && (one.lag ?? 0) > lag) critical.push('replica lagged');
      if (seen > 0 && (one.active ?? 0) / 1e9 > seen) critical.push('replica inactive');
    }
  }
  const [warn, most] = [number(info, 'subjects-warn'), number(info, 'subjects-critical')];
  const subjects = info.state?.num_subjects ?? 0;
  if (warn > 0 || most > 0) {
    const isMost = warn < most;
    if (isMost ? subjects >= most : subjects <= most) critical.push(`${subjects} subjects`);
    else if (isMost ? subjects >= warn : subjects <= warn) warning.push(`${subjects} subjects`);
  }
  return judge(critical, warning);
}

/** Of an answer to `CONSUMER.INFO`. */
export function checkConsumer(info: Info): Verdict {
  const most = number(info, 'unprocessed-critical');
  const pending = info.num_pending ?? 0;
  return judge(most > 0 && pending >= most ? [`Unprocessed Messages: ${pending}`] : [], []);
}
