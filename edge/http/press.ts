import type { FastifyInstance } from 'fastify';
import { type Language, pressFolder, type Sheet, serveSheets } from '../../shared/press.ts';

const folder = new URL('../page/', import.meta.url);

/** Every file of the operator's page in that language. */
export const pressSheets = (language: Language): Promise<Sheet[]> => pressFolder(folder, language);

/** Lets the app serve the page. */
export async function servePage(app: FastifyInstance, language: Language): Promise<void> {
  serveSheets(app, await pressSheets(language));
}
