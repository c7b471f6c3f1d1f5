import { Fault } from '../../shared/fault.ts';

/** Most that one request to a server may take, ms. */
export const answerMs = 10_000;

/** What a server or we ourselves call a lack of trust; asking again changes nothing. */
const refusals =
  /Bad(?:Certificate|Security|User|Identity|ApplicationSignature|NoValidCertificates)|certificate/i;

/** An error of the other side, or of the way to it, as ours. */
export function faultOf(error: unknown, what: string): Fault {
  if (error instanceof Fault) return error;
  const message = error instanceof Error ? error.message : `${error}`;
  const line = `${what}: ${message.replace(/\s+/g, ' ').trim()}`.slice(0, 500);
  return new Fault(refusals.test(message) ? 'REFUSED' : 'UNREACHABLE', line, { cause: error });
}

/**
 * What `work` gives; throws Fault UNREACHABLE after `ms`, and whatever it throws as a Fault. What
 * comes of it later is handed to `late`, to be put away.
 */
export async function bounded<T>(
  work: Promise<T>,
  ms: number,
  what: string,
  late?: (value: T) => void,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let isLate = false;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      isLate = true;
      reject(new Fault('UNREACHABLE', `${what}: no answer in ${ms} ms`));
    }, ms);
  });
  work.then(
    (value) => isLate && late?.(value),
    () => undefined,
  );
  try {
    return await Promise.race([work, limit]);
  } catch (error) {
    throw faultOf(error, what);
  } finally {
    clearTimeout(timer);
  }
}
