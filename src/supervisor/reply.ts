/**
 * Reads what comes back on a connection that stays, up to the end of one answer. Pure: it is fed what arrives, as latin1 text.
 */

/** more: not all of the answer is there. `rest`: what came after it. closes: the other side ends the connection after it. */
export type Reading =
  | { readonly is: 'more' }
  | { readonly is: 'answer'; readonly rest: string; readonly closes: boolean }
  | { readonly is: 'wrong'; readonly problem: string };

const more: Reading = { is: 'more' };
/** No answer to a heartbeat is that long. */
const longest = 65_536;

/** An answer begins with `expect`, and whatever comes with it belongs to it. */
export function readText(received: string, expect: string): Reading {
  if (received !== '' && received.startsWith(expect)) return { is: 'answer', rest: '', closes: false };
  return expect.startsWith(received) ? more : { is: 'wrong', problem: `it answers '${printable(received)}'` };
}

/** A response of HTTP/1.x; healthy with a status from 200 to 399. */
export function readHttp(received: string): Reading {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return received.length > longest ? { is: 'wrong', problem: 'its headers have no end' } : more;
  const [first, ...lines] = received.slice(0, end).split('\r\n');
  const [, version, status] = /^HTTP\/1\.(\d) (\d{3})/.exec(first!) ?? [];
  if (status === undefined) return { is: 'wrong', problem: `it answers '${printable(first!)}'` };
  if (Number(status) < 200 || Number(status) > 399) return { is: 'wrong', problem: `it answers with status ${status}` };
  const header = (name: string): string | undefined =>
    lines.find((line) => line.toLowerCase().startsWith(`${name}:`))?.slice(name.length + 1);
  const connection = header('connection')?.toLowerCase() ?? '';
  const closes = connection.includes('close') || (version === '0' && !connection.includes('keep-alive'));
  const body = received.slice(end + 4);
  const rest = bodyEnd(body, status, header('content-length'), header('transfer-encoding'));
  if (rest === undefined) return { is: 'answer', rest: '', closes: true }; // its end is the connection's
  if (rest < 0) return body.length > longest ? { is: 'answer', rest: '', closes: true } : more;
  return { is: 'answer', rest: body.slice(rest), closes };
}

/** Where the body ends; negative: not yet there; undefined: nobody says. */
function bodyEnd(body: string, status: string, length?: string, encoding?: string): number | undefined {
  if (status === '204' || status === '304') return 0;
  if (encoding?.toLowerCase().includes('chunked')) return chunkedEnd(body);
  if (length === undefined) return undefined;
  return body.length >= Number(length) ? Number(length) : -1;
}

function chunkedEnd(body: string): number {
  for (let at = 0; ;) {
    const line = body.indexOf('\r\n', at);
    if (line < 0) return -1;
    const size = parseInt(body.slice(at, line), 16);
    at = line + 2 + size + 2;
    if (!(size > 0)) return body.length >= at ? at : -1;
    if (body.length < at) return -1;
  }
}

const printable = (text: string): string =>
  text
    .slice(0, 40)
    .replace(/[^ -~]/g, ' ')
    .trim();
