/** Every way to fail on purpose. The code is contract; the words may change. */
const codes = {
  INVALID: { retry: false }, // input broke its schema; the message names the field and the limit
  REFUSED: { retry: false }, // a chart does not allow this now
  CONFLICT: { retry: false }, // this identity is taken by other content
  UNKNOWN: { retry: false }, // no such line, order, hold …
  CORRUPT: { retry: false }, // stored bytes do not match their hash, or cannot be read
  FULL: { retry: true }, // a bound was reached
  UNREACHABLE: { retry: true }, // the peer did not answer in time
} as const;

export type FaultCode = keyof typeof codes;
export const faultCodes = Object.keys(codes) as FaultCode[];

type Options = ErrorOptions & { rule?: string | undefined; untilMs?: number | undefined };

/** An expected failure, to be handled. Anything else thrown is a bug, and stops the process. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;
  /** Of what was refused: the name of the rule that forbids it, if one does. */
  readonly rule: string | undefined;
  /** Until when it stays so, Unix ms, where that is known. */
  readonly untilMs: number | undefined;

  constructor(code: FaultCode, message: string, options?: Options) {
    super(message, options);
    this.code = code;
    this.rule = options?.rule;
    this.untilMs = options?.untilMs;
  }

  /** True when the same call may succeed later, unchanged. */
  get retry(): boolean {
    return codes[this.code].retry;
  }
}
