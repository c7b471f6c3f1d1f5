// Goal: what docs/templates.md shows is what happens. Method: its examples are read and asked of a
// real line with its template, row by row.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readEdgeConfig } from '../edge/config.ts';
import { policyFields, type Template, templateNames, templates } from '../statecharts/policy.ts';
import { openBox, outcome } from './helpers/box.ts';
import { m01 } from './helpers/shop.ts';

const page = readFileSync(new URL('../docs/templates.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/```story (\w+)\n([\s\S]*?)```/g)].map(([, name, text]) => ({
  template: name as Template,
  rows: text!.trim().split('\n'),
}));
const row = /^(\S+)\s+(\w+)\s+(\{.*?\}) (\{.*\}) → (.*)$/;

test('each template has its example', () => {
  expect(blocks.map(({ template }) => template)).toEqual(templateNames);
});

describe.each(blocks)('$template', ({ template, rows }) => {
  test('every row is answered as the page says', () => {
    const box = openBox(':memory:', [{ line: m01, lanes: 1, policy: templates[template] }]);
    const came = rows.map((text, index) => {
      const [, actor, type, about, body, words] = row.exec(text)!;
      const given = { ...JSON.parse(about!), body: JSON.parse(body!) };
      const answer = box.decide({ commandId: `c-${index}`, line: m01, type, actor, ...given });
      const flags = answer.status === 'accepted' ? answer.facts[0]!.flags : undefined;
      const said = outcome(answer).replace('REFUSED ', '');
      return { text, words, came: flags === undefined ? said : `${said}, ${flags}` };
    });
    expect(came).toEqual(came.map(({ text, words }) => ({ text, words, came: words })));
    expect(box.roster.actors.map(({ failure }) => failure())).toEqual([undefined]);
  });
});

test("the page's table is the templates'", () => {
  const shown = (value: unknown): string => {
    if (typeof value === 'boolean') return value ? 'yes' : 'no';
    return typeof value === 'number' ? `${value / 3_600_000} h` : '';
  };
  for (const field of Object.keys(policyFields) as (keyof typeof policyFields)[]) {
    const cells = page.match(new RegExp(`\\| \`${field}\` +\\|([^|]+)\\|([^|]+)\\|([^|]+)\\|`))!;
    const row = cells.slice(1).map((cell) => cell.trim());
    const absent = ['deciders', 'people'].includes(field) ? 'all' : 'never';
    const should = templateNames.map((name) => {
      const policy: Partial<Record<string, unknown>> = templates[name];
      return shown(policy[field]) || absent;
    });
    expect({ field, row }).toEqual({ field, row: should });
  }
});

test("the page's configuration is one that an edge takes", () => {
  const [, text] = /```json\n([\s\S]*?)```/.exec(page)!;
  const config = { storePath: 'edge.db', natsUrl: 'nats://127.0.0.1:4222', ...JSON.parse(text!) };
  expect(readEdgeConfig(config).lines).toHaveLength(3);
});
