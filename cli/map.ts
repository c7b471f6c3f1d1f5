import { existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { invalid } from '../shared/field.ts';
import { linePath } from '../shared/subject.ts';
import { askPart } from './part.ts';

export const usage = `holdfast map --probe ENDPOINT --line LINE [options]

Looks at an OPC UA server once and writes a first mapping for a line, to be edited: counters and
state guessed from names, and every variable with what it shows. Nothing is written to the server.

  --probe ENDPOINT      e.g. opc.tcp://10.0.0.5:4840
  --line LINE           enterprise/site/area/line
  --user NAME           with --password-path FILE; anonymous without
  --password-path FILE  file with the password
  --pki FOLDER          the edge's certificates, where the server knows them already
  --out FILE            write to this file, which must not be there, instead of standard output

Exit code 2: it could not be done.
`;

const text = { type: 'string' } as const;
const options = {
  ...{ probe: text, line: text, user: text, 'password-path': text, pki: text, out: text },
} as const;
export const failed = 2;

export async function run(args: string[]): Promise<number> {
  const { probe, line, out, ...rest } = parseArgs({ args, options }).values;
  if (probe === undefined || !/^opc\.tcp:\/\/./.test(probe)) {
    throw invalid('--probe', 'must be an endpoint like opc.tcp://10.0.0.5:4840');
  }
  if (rest.user !== undefined && rest['password-path'] === undefined) {
    throw invalid('--password-path', 'must be given with --user');
  }
  if (out !== undefined && existsSync(out)) throw invalid('--out', `${out} is there already`);
  const given = Object.entries({ url: probe, line: linePath(line, '--line'), ...rest });
  const words = given.flatMap(([name, value]) => [`--${name}`, value as string]);
  const { mapping } = await askPart<{ mapping: string }>('edge/opcua/probe.ts', words);
  if (out === undefined) process.stdout.write(mapping);
  else writeFileSync(out, mapping, { flag: 'wx' });
  return 0;
}
