/**
 * One thing that a file asks for: the name of an operation and its fields; or, where it cannot be
 * read, why. `once`: it says how a lot stands, so that it asks nothing where it stands so already.
 */
export type Row = Readonly<Record<string, unknown>>;
