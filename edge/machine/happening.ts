/** Something that a server tells as an event, or as the state of a condition. */
export type Happening = Readonly<{
  kind:
    | 'event' // it is over as soon as it is told
    | 'condition'
    | 'refreshed' // `standing` is all that stands
    | 'notRefreshed' // the server cannot tell again what stands
    | 'overflow'; // its queue ran over: events are lost
  eventId: string; // the server's own, hex
  type: string; // "http://opcfoundation.org/UA/;i=2041"
  source: string; // its SourceName
  condition: string; // ConditionId; '' for an event
  stands: boolean; // of a condition: active, and of interest
  severity: number; // 1 to 1,000
  message: string;
  standing?: readonly string[] | undefined; // ConditionIds, of `refreshed`
}>;

/** Which of a node's events are wanted; empty lists want all. */
export type Wanted = Readonly<{
  severity: number; // at least
  sources: readonly string[];
  types: readonly string[]; // "http://opcfoundation.org/UA/;i=2041", exactly
}>;

/**
 * True for what is to be told. The end of a condition always is: it may have been more severe, and
 * wanted, when it began.
 */
export function isWanted({ severity, sources, types }: Wanted, happening: Happening): boolean {
  const { kind, stands, source, type } = happening;
  if (kind !== 'event' && !(kind === 'condition' && stands)) return true;
  if (happening.severity < severity) return false;
  if (sources.length > 0 && !sources.includes(source)) return false;
  return types.length === 0 || types.includes(type);
}
