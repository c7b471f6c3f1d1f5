/** How reading stands: when it came to its end last, and why it does not now. */
export type Standing = Readonly<{ readMs: number | null; reason: string | null }>;
