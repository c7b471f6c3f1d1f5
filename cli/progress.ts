import { grouped } from '../shared/table.ts';

export { grouped, table } from '../shared/table.ts';

/** Without a terminal a line is printed for every so many percent. */
const stepPercent = 10;
const barWidth = 30;

/** A bar of how much of `total` is recorded, with the other marks beside it. */
export function bar(total: number, recorded: number, central: number, posted: number): string {
  const share = total === 0 ? 1 : Math.min(1, recorded / total);
  const full = Math.floor(share * barWidth);
  const drawn = `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}`;
  const percent = `${Math.floor(share * 100)}`.padStart(3);
  return (
    `${drawn} ${percent} %  ✓ ${grouped(recorded)} recorded` +
    `  ✓✓ ${grouped(central)} at central  ✓✓✓ ${grouped(posted)} settled`
  );
}

/** Says things to people: one bar that moves, and lines that stay. */
export function openProgress(out: NodeJS.WriteStream) {
  let shown = '';
  let lastStep = -1;
  return {
    /** Moves the bar; without a terminal only every tenth of the way. True at each tenth. */
    move(total: number, recorded: number, central: number, posted: number): boolean {
      const text = bar(total, recorded, central, posted);
      const step = Math.floor((recorded / total) * (100 / stepPercent));
      const isStep = step !== lastStep;
      lastStep = step;
      if (out.isTTY) {
        out.write(`\r\u001b[2K${text}`);
        shown = text;
      } else if (isStep) out.write(`${text}\n`);
      return isStep;
    },
    /** Prints a line that stays; the bar goes on below it. */
    say(line: string): void {
      out.write(out.isTTY && shown ? `\r\u001b[2K${line}\n${shown}` : `${line}\n`);
    },
    /** Ends the bar's line. */
    end(): void {
      if (out.isTTY && shown) out.write('\n');
      shown = '';
    },
  };
}
