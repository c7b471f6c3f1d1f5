// What a cell of a CSV of Holdfast says exactly, once a reader of RFC 4180 has taken its quotes off:
// one apostrophe less at each place where a spreadsheet might have seen a formula.
const put = /(?<=^|[;\t\r\n])'(?=(?:(?![\t\r\n])[\s\0"'])*[=+\-@|%＝＋－＠])/g;
const putAtStart = /^'(?=["']*[\t\r\n])/;

export const exactText = (cell) => cell.replace(putAtStart, '').replace(put, '');
