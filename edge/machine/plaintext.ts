/** A text of a machine as it may stand in a fact: it may show anything. At most 200 characters. */
export const plainText = (text: string): string =>
  [...text.toWellFormed().replace(/\p{Cc}/gu, ' ')].slice(0, 200).join('');
