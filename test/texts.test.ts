// Goal: each page has every word in every language, and none anywhere else.
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { factTypes } from '../shared/event.ts';
import { figureNames, whys } from '../shared/figures.ts';
import { languages } from '../shared/press.ts';
import { charts } from '../statecharts/charts.ts';
import { guardRules } from '../statecharts/orderguard.ts';

type Text = string | Record<string, string>;
type Texts = Record<string, Record<string, Text>>;

/** The operator's page, and the one of figures. */
const folders = ['edge/page', 'central/page'];
async function load(folder: string, language: string): Promise<Texts> {
  const { href } = new URL(`../${folder}/texts/${language}.js`, import.meta.url);
  return ((await import(href)) as { texts: Texts }).texts;
}
const loaded = await Promise.all(
  folders.flatMap((folder) =>
    languages.map(async (language) => [`${folder} ${language}`, await load(folder, language)]),
  ),
);
const all = Object.fromEntries(loaded) as Record<string, Texts>;
const englishOf = (file: string): Texts =>
  all[`${folders.find((folder) => file.startsWith(folder)) ?? folders[0]} en`]!;
const english = englishOf('edge/page');

const namesOf = (texts: Texts): string[] =>
  Object.entries(texts).flatMap(([group, own]) =>
    Object.keys(own).map((name) => `${group}.${name}`),
  );
const textOf = (texts: Texts, name: string): Text => {
  const [group, key] = name.split('.');
  return texts[group!]![key!]!;
};
const formsOf = (text: Text): string[] => (typeof text === 'string' ? [text] : Object.values(text));
const gapsOf = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, gap]) => gap!).sort();

const every = folders.flatMap((folder) => languages.map((language) => [folder, language] as const));

test.each(every)('%s %s has every text that English has, and no other', (folder, language) => {
  const names = namesOf(all[`${folder} ${language}`]!);
  expect(names.sort()).toEqual(namesOf(englishOf(folder)).sort());
});

test.each(every)(
  '%s %s: no text is empty, and each takes the same values in',
  (folder, language) => {
    const [own, known] = [all[`${folder} ${language}`]!, englishOf(folder)];
    for (const name of namesOf(known)) {
      const wanted = gapsOf(formsOf(textOf(known, name)).at(-1)!);
      for (const form of formsOf(textOf(own, name))) {
        expect([name, form.trim() === '']).toEqual([name, false]);
        expect([name, gapsOf(form)]).toEqual([name, wanted]);
      }
    }
  },
);

test.each(every)('%s %s has each plural that its own rules know', (folder, language) => {
  const whole = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const usual = whole.filter((form) => form !== 'many'); // of millions alone
  for (const name of namesOf(englishOf(folder))) {
    const text = textOf(all[`${folder} ${language}`]!, name);
    if (typeof textOf(englishOf(folder), name) === 'string') expect(typeof text).toBe('string');
    else expect([name, Object.keys(text).sort()]).toEqual([name, [...usual].sort()]);
  }
});

const sources = globSync('{edge,central,shared}/page/*.{js,html}').sort();
const sourceOf = (file: string): string => readFileSync(file, 'utf8');

test.each(sources)('every text that %s names is there', (file) => {
  const said = [...sourceOf(file).matchAll(/say\(\s*'([\w.]+)'/g)].map(([, name]) => name!);
  const printed = [...sourceOf(file).matchAll(/\{\{([\w.]+)\}\}/g)].map(([, name]) => name!);
  const known = new Set(namesOf(englishOf(file)));
  expect([...said, ...printed].filter((name) => !known.has(name))).toEqual([]);
  const groups = [...sourceOf(file).matchAll(/named\(\s*'(\w+)'/g)].map(([, group]) => group!);
  expect(groups.filter((group) => !(group in englishOf(file)))).toEqual([]);
});

test.each(sources.filter((file) => file.endsWith('.html')))(
  '%s has no words of its own',
  (file) => {
    const bare = sourceOf(file)
      .replace(/<(script|title)[^>]*>.*?<\/\1>/g, '')
      .replace(/<[^>]*>/g, ' ')
      .replace(/\{\{[\w.]+\}\}/g, ' ');
    expect(bare.match(/[A-Za-z]{2,}/g) ?? []).toEqual([]);
    const labels = [...sourceOf(file).matchAll(/aria-label="([^"]*)"/g)].map(([, label]) => label!);
    expect(labels.filter((label) => !label.startsWith('{{'))).toEqual([]);
  },
);

test('no text is written where it would be shown', () => {
  const isWords = /el\([^()]*,\s*'[A-Z][a-z]+ [a-z]|aria-label': '[A-Z]|(?:text|title): '[A-Z]/;
  expect(sources.filter((file) => isWords.test(sourceOf(file)))).toEqual([]);
});

test('every fact, rule and state has a name', () => {
  expect(factTypes.filter((type) => !(type in english['facts']!))).toEqual([]);
  const told = ['order', 'operation', 'lot', 'hold', 'inspection', 'nonconformance'] as const;
  const rules = told.flatMap((name) => charts[name]!.graph().edges.flatMap((edge) => edge.rules));
  const silent = new Set([
    ...['decidesAll', 'passed', 'failed', 'free', 'usesUp', 'lastHold', 'anotherHold', 'stated'],
    ...['noRun', 'someRun', 'lastRun', 'anotherRun'],
  ]);
  const named = [...new Set(rules)].filter((rule) => !silent.has(rule));
  const asked = [...named, ...guardRules, 'offered'];
  expect(asked.filter((rule) => !(rule in english['rules']!))).toEqual([]);
  expect(charts['line']!.states.filter((state) => !(state in english['states']!))).toEqual([]);
});

const codeOf = (folder: string): string =>
  sources
    .filter((file) => file.startsWith(folder) || file.startsWith('shared/'))
    .map(sourceOf)
    .join('\n');

test('every figure, its formula and every reason has words', () => {
  const { figures, formulas, whys: reasons } = englishOf('central/page');
  expect(Object.keys(figures!).sort()).toEqual([...figureNames].sort());
  expect(Object.keys(formulas!).sort()).toEqual([...figureNames].sort());
  expect(Object.keys(reasons!).sort()).toEqual(Object.keys(whys).sort());
});

test('every text of the figures page is used', () => {
  const code = codeOf('central/page');
  const computed = [
    'views',
    'sorts',
    'figures',
    'formulas',
    'whys',
    'basis',
    'costBasis',
    'plannedBy',
  ];
  const plans = ['page.planned', 'page.expected', 'page.actual'];
  const unused = namesOf(englishOf('central/page')).filter(
    (name) =>
      !computed.includes(name.split('.')[0]!) && !plans.includes(name) && !code.includes(name),
  );
  expect(unused).toEqual([]);
});

test('every text is used', () => {
  const code = codeOf('edge/page');
  const byCode = ['facts', 'fields', 'flags', 'rules', 'codes', 'states', 'epochs', 'does'];
  const computed = new Set([
    ...byCode,
    ...['link', 'room', 'takes', 'counts', 'phases', 'orderStates', 'operationStates'],
    ...['lotStates', 'holdStates', 'scopes', 'effects', 'marks', 'pad', 'results', 'badReasons'],
    ...['stopReasons', 'goReasons', 'holdReasons', 'pieceReasons', 'shifts', 'meanings', 'jobs'],
    ...['dispositions', 'looseWhy', 'header', 'field', 'machine', 'orders'],
  ]);
  const isNamed = (name: string): boolean => {
    const [group, key] = name.split('.');
    if (group === 'acts') return new RegExp(`\\b${key}\\b`).test(code);
    return computed.has(group!) || code.includes(name);
  };
  const unused = namesOf(english).filter((name) => !isNamed(name));
  expect(unused).toEqual([]);
});
