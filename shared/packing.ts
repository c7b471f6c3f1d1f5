/** A module's source by its name. */
type Read = (name: string) => string;

const importing = /^import (?:\{([^}]*)\} from )?'\.\/([\w./]+)';$/gm;
const exporting = /^export (?=(?:const|let|function|async function) (\w+))/gm;

/** Modules in the order in which they can run: what is imported comes first. Throws on a circle. */
function inOrder(entry: string, read: Read): string[] {
  const done: string[] = [];
  const visit = (name: string, path: readonly string[]): void => {
    if (done.includes(name)) return;
    const way = [...path, name];
    if (path.includes(name)) throw new Error(`modules import each other: ${way.join(' → ')}`);
    for (const [, , next] of read(name).matchAll(importing)) visit(next!, way);
    done.push(name);
  };
  visit(entry, []);
  return done;
}

const nameOf = (module: string): string => `of_${module.replace(/\W/g, '_')}`;

/** Each module's names stay its own: it runs in a function, and gives away what it exports. */
function packed(name: string, source: string): string {
  const names = [...source.matchAll(exporting)].map(([, exported]) => exported!);
  const body = source
    .replace(importing, (_, names: string | undefined, from: string) =>
      names === undefined ? '' : `const {${names.replace(/ as /g, ': ')}} = ${nameOf(from)};`,
    )
    .replace(exporting, '');
  return `const ${nameOf(name)} = (() => {\n${body}\nreturn { ${names.join(', ')} };\n})();\n`;
}

/**
 * A module and all that it imports as one file, so that a weak panel asks once and not forty times.
 * The page's own modules alone are understood: `import { a, b as c } from './d.js';` and exports
 * that begin a line.
 */
export const pack = (entry: string, read: Read): string =>
  inOrder(entry, read)
    .map((name) => packed(name, read(name)))
    .join('');
