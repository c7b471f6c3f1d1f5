import type { MessagePort } from 'node:worker_threads';
import type { Tls } from './tls.ts';

/** What the thread that holds a connection to PostgreSQL is started with. */
export type Access = Readonly<{
  url: string;
  password: string | undefined;
  schema: string;
  /** How the server is known; without it nothing is encrypted. */
  tls: Tls | undefined;
  /** Shown by the server as the name of the program. */
  name: string;
  statementTimeoutMs: number;
  idleTimeoutMs: number;
  connectTimeoutMs: number;
}>;
export type Given = Readonly<{ access: Access; port: MessagePort; flag: Int32Array }>;

/** A value as it goes over: text, or bytes. */
export type Sent = string | Uint8Array | null;
export type Value = string | number | bigint | Uint8Array | null;

/**
 * A statement with its values. Its text comes with it, or was given for its number before; what has
 * no number is not kept by the server. Within a transaction `on` says on which connection: on
 * another one it is not run.
 */
export type Query = Readonly<{
  do: 'query';
  on?: number;
  statement?: number;
  text?: string;
  values: readonly Sent[];
}>;
export type Script = Readonly<{ do: 'script'; on?: number; text: string }>;
export type Ask = Query | Script | Readonly<{ do: 'open' | 'close' | 'drop' }>;

/** What is asked together, in order: behind one that fails none is run. A script stands alone. */
export type Batch = Readonly<{ id: number; asks: readonly Ask[] }>;
export type Failure = Readonly<{ message: string; code: string; lost: boolean }>;
export type Reply = Readonly<{
  id: number;
  /** Which connection answered, from 1. */
  connection: number;
  /** Of the last that was asked; of a script those of its last statement that has rows. */
  columns: readonly string[];
  rows: readonly (readonly Value[])[];
  changes: number;
  /** Of each that was asked together, the last one too. */
  allChanges: readonly number[];
  /** The last statement's word for what it has done, e.g. COMMIT. */
  command: string;
  failure?: Failure;
}>;
