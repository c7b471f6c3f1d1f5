/** A row of an entity set. */
export type EntityRow = Readonly<Record<string, unknown>>;
export type Entities = ReturnType<typeof openEntities>;

/** When a row, or what belongs to it, was changed; a field of the plant's own. */
export const changedField = 'HoldfastChanged';

/** Changes are so far apart that reading some again does not hide what was left out. */
const stepMs = 30_000;

/** "a eq 'x'" and "a ge 2026-…", joined by "or" within parentheses and by "and" beyond. */
function matches(row: EntityRow, filter: string): boolean {
  return filter.split(' and ').every((all) =>
    all
      .replace(/^\(|\)$/g, '')
      .split(' or ')
      .some((one) => {
        const [, field = '', how, value = ''] = /^(\w+) (eq|ge) (.+)$/.exec(one) ?? [];
        const own = `${row[field] ?? ''}`;
        if (how === 'ge') return Date.parse(own) >= Date.parse(value);
        const [, wanted] = /^'((?:[^']|'')*)'$/.exec(value) ?? [];
        return wanted !== undefined && own === wanted.replaceAll("''", "'");
      }),
  );
}

/** Entities of Dynamics 365 by OData V4, as far as the connector reads them; in memory. */
export function openEntities() {
  const sets = new Map<string, Map<string, EntityRow>>();
  let atMs = Date.UTC(2020, 10, 30, 12);

  return {
    /** Adds or changes one row, half a minute behind the one before it, or so long before that. */
    put(set: string, key: string, row: EntityRow, lateMs = 0): void {
      const rows = sets.get(set) ?? new Map<string, EntityRow>();
      sets.set(set, rows);
      if (lateMs === 0) atMs += stepMs;
      const changed = new Date(atMs - lateMs).toISOString();
      rows.set(key, { dataAreaId: 'USMF', [changedField]: changed, ...row });
    },
    /** What a question for a set is answered; undefined for a set that there is not. */
    answer(set: string, query: URLSearchParams): object | undefined {
      const rows = sets.get(set);
      if (!rows) return undefined;
      const order = query.get('$orderby')?.split(',') ?? [];
      const keyOf = (row: EntityRow) => order.map((field) => `${row[field]}`).join('\n');
      const filter = query.get('$filter') ?? '';
      const found = [...rows.values()]
        .filter((row) => filter === '' || matches(row, filter))
        .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
      const skip = Number(query.get('$skip') ?? 0);
      return { value: found.slice(skip, skip + Number(query.get('$top'))) };
    },
  };
}
