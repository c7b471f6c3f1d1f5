import { DataType, type DataValue, type UAObject } from 'node-opcua';
import { Fault } from '../../shared/fault.ts';
import { commands } from './packml.ts';
import { addVariable, scalar, type View } from './plain.ts';
import type { Kept } from './unit.ts';

/** Remembers and tells what a client has changed. */
export type Changed = () => void;
type Asked = Partial<Kept['asked']>;

/** What such a variable shows before anybody wrote. */
const nothing = {
  ...{ [DataType.Int32]: 0, [DataType.Float]: 0, [DataType.Boolean]: false, [DataType.String]: '' },
};
type Place = Readonly<{ parent: UAObject; id: string; name: string; dataType: DataType }>;

/** A variable that clients may write, and what is done with what they wrote. */
export function addWritable(
  { own, unit }: View,
  { parent, id, name, dataType }: Place,
  changed: Changed,
  take: (value: unknown) => void,
) {
  const variable = addVariable({ own, id, name, parent }, dataType, true);
  let ours = true;
  const put = (value: unknown): void => {
    ours = true;
    variable.setValueFromSource(scalar(dataType, value));
    ours = false;
  };
  put(nothing[dataType as keyof typeof nothing]);
  variable.on('value_changed', ({ value }: DataValue) => {
    if (ours) return;
    unit.wrote(name, value.value);
    try {
      take(value.value);
    } catch (error) {
      // A machine does not tell a client that writes why it does nothing.
      if (!(error instanceof Fault)) throw error;
    }
    changed();
  });
  return put;
}

/** The command of a PackTag is done when its change request becomes 1, and that is then 0 again. */
export function addCommandTags(view: View, changed: Changed): void {
  const { space, unit, name } = view;
  const parent = space.rootFolder.objects;
  const place = (tag: string, dataType: DataType): Place => {
    const id = `${name}.Command.${tag}`;
    return { parent, id, name: id, dataType };
  };
  let asked = 0;
  addWritable(view, place('CntrlCmd', DataType.Int32), changed, (value) => {
    asked = Number(value);
  });
  const request = addWritable(
    view,
    place('CmdChangeRequest', DataType.Boolean),
    changed,
    (value) => {
      if (!value) return;
      request(false);
      const command = commands[asked - 1];
      if (command) unit.command(command);
    },
  );
  const asks = (tag: string, dataType: DataType, of: (value: unknown) => Asked): void => {
    addWritable(view, place(tag, dataType), changed, (value) => unit.ask(of(value)));
  };
  for (const index of [0, 1]) {
    asks(`Parameter[${index}].Value`, DataType.Float, (value) => {
      return { parameters: { [index]: Number(value) } };
    });
  }
  asks('Product[0].ProductID', DataType.Int32, (value) => ({ product: Number(value) }));
}
