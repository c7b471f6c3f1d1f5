/** A node of a picture. */
export type Node = Readonly<{
  name: string;
  attributes: Readonly<Record<string, string>>;
  text: string; // of it and of everything in it
  children: readonly Node[];
}>;

const token = /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML cannot hold.
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text)) throw new Error('a control character');
  return text.replace(/&([^;&]*;?)/g, (whole, name: string) => {
    const letter = entities[name.replace(';', '')];
    if (!name.endsWith(';') || letter === undefined) throw new Error(`no entity: ${whole}`);
    return letter;
  });
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/([\w:-]+)="([^"]*)"/g)) {
    if (Object.hasOwn(found, name!)) throw new Error(`${name} twice`);
    found[name!] = plain(value!);
  }
  return found;
}

/** Reads XML of the kind that pictures are, and throws where it is not well-formed. */
export function readXml(xml: string): Node {
  type Open = { name: string; attributes: Record<string, string>; text: string; children: Node[] };
  const root: Open = { name: '', attributes: {}, text: '', children: [] };
  const open = [root];
  token.lastIndex = 0;
  for (let at = 0; at < xml.length; at = token.lastIndex) {
    const [, closing, name, attributes, empty, text] = token.exec(xml) ?? [];
    const last = open.at(-1)!;
    if (text !== undefined) last.text += plain(text);
    else if (name === undefined) throw new Error(`no XML at ${at}: ${xml.slice(at, at + 80)}`);
    else if (closing) {
      if (last.name !== name) throw new Error(`</${name}> where ${last.name} is open`);
      open.pop();
      open.at(-1)!.text += last.text;
    } else {
      const node: Open = { name, attributes: attributesOf(attributes!), text: '', children: [] };
      last.children.push(node);
      if (!empty) open.push(node);
    }
  }
  if (open.length !== 1 || root.children.length !== 1) throw new Error('not one whole element');
  return root.children[0]!;
}

/** The node and all below it that have the class. */
export function all(node: Node, className: string): Node[] {
  const own = node.attributes['class']?.split(' ').includes(className) ? [node] : [];
  return [...own, ...node.children.flatMap((child) => all(child, className))];
}
