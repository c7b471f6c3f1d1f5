/** What an edge tells of its people, where it knows any. */
export type Manned = Readonly<{ people: number; trouble: string | null }>;

/** A file of people that is not taken, or in which nobody is. */
export function unmanned({ people }: { people?: Manned | undefined }) {
  if (!people) return [];
  const about = 'people';
  const { trouble, people: count } = people;
  if (trouble !== null) {
    const next = 'mend the file; holdfast people check --file FILE names each mistake';
    const says = `${trouble}; ${count} people are known as they were before`;
    return [{ level: 'bad' as const, about, says, next }];
  }
  if (count > 0) return [];
  const next = 'holdfast people add ID --name NAME --role ROLE --file FILE';
  return [{ level: 'warn' as const, about, says: 'nobody can sign in yet', next }];
}
