import { openJobs } from './jobbox.ts';

const values = `
        job: { at: "m;s=JobAsked", readBack: "m;s=Job", from: job, empty: "" }
        recipe: { at: "m;s=RecipeAsked", readBack: "m;s=Recipe", from: material, map: { BOLT: 7 } }
        dose: { at: "m;s=DoseAsked", readBack: "m;s=Dose", low: 0, high: 5, empty: 0 }
`;
/** What a mapping says of a press without Job Control; it may be written while it stands still. */
export const written = (allow = 'job, recipe, dose', more = '') => `    writes:
      allow: [${allow}]
      when: [idle, stopped, complete]
      perMinute: 60
${more}
      values:${values}`;

/** A press that is stopped, in mode 1, and known so for a while. */
export function stopped(more = written(), path?: string) {
  const box = openJobs(more, path);
  box.say('state', 2n);
  box.pass(10_000);
  return box;
}

/** A job of it, what is asked with it, and what that leads to. */
export const pressJob = 'WO-1/0010';
export const doseAsked = { parameters: { dose: 1.1 } };
export const allWritten = [`JobAsked=${pressJob}`, 'RecipeAsked=7', 'DoseAsked=1.1'];
