import type { Alter } from './altered.ts';

const texts = (en: string, de: string, es: string, zh: string) => ({ en, de, es, zh });

/** Codes of reasons as plants have them: short ones, long ones, and one without a text. */
export const codes = [
  { code: 'S-101', group: 'bad', texts: texts('crack', 'Riss', 'grieta', '裂纹') },
  {
    ...{ code: 'S-104', group: 'bad' },
    texts: texts(
      'surface does not hold after hardening',
      'Oberflächenbeschaffenheit nach dem Härten',
      'la superficie no aguanta tras el templado',
      '淬火后表面不合格',
    ),
  },
  { code: '117', group: 'bad', texts: {} },
  { code: 'T-20', group: 'stop', texts: texts('tool change', 'Werkzeug', 'herramienta', '换刀') },
];

/** Central asks of WO-1, which runs, what an ERP has said of it. */
export const withOffer =
  (action = 'ChangeOrder', body: object = { quantity: '150', tolerancePercent: 5 }): Alter =>
  (view) => {
    if (!view.actions) return;
    const atMs = view.nowMs - 12 * 60_000;
    view.offers = [{ commandId: 'central:7:a1b2', order: 'WO-1', action, body, atMs }];
    view.actions.push({ action, order: 'WO-1', allowed: true, rule: null, reason: null });
  };

export const withCodes: Alter = (view) => {
  if (view.actions) view.reasons = codes;
};
