import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Fault } from '../../shared/fault.ts';
import type { FeedMessage } from '../../shared/feed/message.ts';
import { invalid } from '../../shared/field.ts';

/** A program must have read all and ended within this time, ms. */
const commandMaxMs = 30_000;
/** Most bytes that it may say. */
const saidMax = 16 * 1024 * 1024;

/** Begins anew, takes these messages one after the other, and tells the state that it ends in. */
export type Consumer = (messages: readonly FeedMessage[]) => Promise<unknown>;

type Handler = { handle: (message: FeedMessage) => unknown; state: () => unknown };

/** A module of JavaScript with `open()`, which gives `handle(message)` and `state()`. */
export async function moduleConsumer(file: string): Promise<Consumer> {
  let module: { open?: () => Handler | Promise<Handler> };
  try {
    module = await import(pathToFileURL(resolve(file)).href);
  } catch (cause) {
    throw new Fault('INVALID', `--handler: ${file}: ${(cause as Error).message}`, { cause });
  }
  const { open } = module;
  if (typeof open !== 'function') throw invalid('--handler', `${file}: must export open()`);
  return async (messages) => {
    const handler = await open();
    for (const message of messages) await handler.handle(structuredClone(message));
    return handler.state();
  };
}

/** A program in any language: a message a line on stdin, its state as JSON on stdout. */
export const commandConsumer =
  (command: string): Consumer =>
  (messages) =>
    new Promise((done, failed) => {
      const child = spawn(command, { shell: true, stdio: ['pipe', 'pipe', 'inherit'] });
      const timer = setTimeout(() => child.kill('SIGKILL'), commandMaxMs);
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (said.length < saidMax) said += text;
      });
      child.stdin.on('error', () => undefined); // it may end before it has read all
      child.once('error', failed);
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        if (code !== 0) return failed(new Error(`it ended with ${signal ?? `exit code ${code}`}`));
        try {
          done(JSON.parse(said));
        } catch {
          failed(new Error('it must tell its state as JSON on stdout'));
        }
      });
      child.stdin.end(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
    });
