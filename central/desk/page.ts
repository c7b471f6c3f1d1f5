import type { FastifyInstance } from 'fastify';
import {
  type Language,
  pagePolicy,
  pressFolder,
  type Sheet,
  serveSheets,
} from '../../shared/press.ts';

const folder = new URL('../page/', import.meta.url);
/** Where the page is served; everything of it lies below. */
const prefix = '/figures/';

/** Every file of the figures page in that language. */
export const pressSheets = (language: Language): Promise<Sheet[]> => pressFolder(folder, language);

/** Lets the app serve the figures page, which may load and run nothing but its own. */
export async function servePage(app: FastifyInstance, language: Language): Promise<void> {
  const sheets = await pressSheets(language);
  await app.register(async (own) => {
    own.addHook('onSend', async (_request, reply) => {
      reply.header('content-security-policy', pagePolicy);
      reply.header('x-content-type-options', 'nosniff');
      reply.header('referrer-policy', 'no-referrer');
    });
    serveSheets(own, sheets, prefix);
    own.get(prefix.slice(0, -1), async (_request, reply) => reply.redirect(prefix));
  });
}
