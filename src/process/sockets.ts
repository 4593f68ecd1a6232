/**
 * Sockets that wake nobody: read and written only when their owner comes round, as heartbeats are, by the system calls themselves
 * (socket(7), udp(7), tcp(7)). An event loop that is woken for each datagram costs a node more than all that is done with it.
 * Nothing here blocks.
 */
import { isIP } from 'node:net';
import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { type Koffi, loadKoffi } from './koffi.ts';

/** What the kernel said, as 'ECONNREFUSED: connection refused'. */
export interface SocketError {
  readonly errno: number;
  readonly message: string;
}

export interface Datagram {
  readonly data: Buffer;
  /** When the kernel got it: ms since the epoch by the machine's clock; undefined: it doesn't say. */
  readonly cameAt: number | undefined;
}

export interface UdpSocket {
  /** Every datagram that has come since the last call. What is longer than `longest` bytes is cut there. */
  receive(longest: number): Datagram[];
  /** Undefined: sent, as far as this node knows. */
  send(data: Buffer, address: string, port: number): SocketError | undefined;
  close(): void;
}

export interface TcpSocket {
  /** Whether the connection is there by now. */
  connected(): boolean | SocketError;
  /** Undefined: the kernel has taken all of it. */
  send(data: Buffer): SocketError | undefined;
  /** What has come; ended: nothing more will come, in order or by an error. */
  receive(): { readonly data: string; readonly ended: boolean; readonly error?: SocketError };
  close(): void;
}

/** Whole packets of one protocol on one network interface, without their Ethernet header (packet(7), SOCK_DGRAM). */
export interface PacketSocket {
  /** To an Ethernet address. */
  send(data: Buffer, to: Buffer): SocketError | undefined;
  /** What other hosts have sent since the last call, with who sent each. */
  receive(): { readonly data: Buffer; readonly from: Buffer }[] | SocketError;
  close(): void;
}

export interface Sockets {
  /** An IPv4 socket, bound to `port` of every address if one is given. */
  udp(port?: number): UdpSocket | SocketError;
  /** A connection to an IP address, begun. */
  tcp(address: string, port: number): TcpSocket | SocketError;
  /** `protocol`: its EtherType; `index`: the interface's (/sys/class/net/NAME/ifindex). Needs CAP_NET_RAW. */
  packet(index: number, protocol: number): PacketSocket | SocketError;
}

let loaded: Promise<Sockets> | undefined;

/** @throws Failure 'missing' (koffi) */
export function loadSockets(): Promise<Sockets> {
  return (loaded ??= loadKoffi().then(bindSockets));
}

// Linux, the same on every architecture that Debian has Pacemaker for, but for MIPS
const afInet = 2;
const afInet6 = 10;
const afPacket = 17;
const stream = 1;
const datagram = 2;
const nonblockCloexec = 0o4000 | 0o2000000;
const dontWait = 0x40;
const dontWaitNoSignal = dontWait | 0x4000;
/** sll_pkttype of what this host sent itself. */
const outgoing = 4;
const tcpLevel = 6;
const noDelay = 1;
/** No more than this in one go: who sends without end gets no more of this process's time. */
const mostDatagrams = 4096;
const receiveBytes = 65_536;
/** ioctl(2), socket(7): when the datagram came that was received last. */
const stampOfLast = 0x8906;
const { EAGAIN, EALREADY, EINPROGRESS, EISCONN } = constants.errno;

function bindSockets(koffi: Koffi): Sockets {
  const libc = koffi.load('libc.so.6');
  const socket = libc.func('int socket(int domain, int type, int protocol)');
  const bind = libc.func('int bind(int fd, const void *address, uint length)');
  const connect = libc.func('int connect(int fd, const void *address, uint length)');
  const sendto = libc.func(
    'long sendto(int fd, const void *data, size_t bytes, int flags, const void *address, uint length)',
  );
  const recvfrom = libc.func('long recvfrom(int fd, void *data, size_t bytes, int flags, void *address, void *length)');
  const recv = libc.func('long recv(int fd, void *data, size_t bytes, int flags)');
  const setsockopt = libc.func('int setsockopt(int fd, int level, int name, const void *value, uint length)');
  const ioctl = libc.func('int ioctl(int fd, ulong request, void *value)');
  const close = libc.func('int close(int fd)');
  const into = Buffer.alloc(receiveBytes);

  const failed = (): SocketError => errorOf(koffi.errno());
  const open = (domain: number, type: number): number => socket(domain, type | nonblockCloexec, 0) as number;
  /** struct timeval, in two longs. */
  const stamp = new BigInt64Array(2);
  const stampBytes = Buffer.from(stamp.buffer);
  const cameAt = (fd: number): number | undefined =>
    ioctl(fd, stampOfLast, stampBytes) === 0 ? Number(stamp[0]) * 1000 + Number(stamp[1]) / 1000 : undefined;
  const closing = (fd: number): (() => void) => {
    let isOpen = true;
    return () => {
      if (isOpen) close(fd);
      isOpen = false;
    };
  };

  return {
    udp(port) {
      const fd = open(afInet, datagram);
      if (fd < 0) return failed();
      const end = closing(fd);
      if (port !== undefined) {
        const address = addressOf('0.0.0.0', port);
        if (bind(fd, address, address.length) !== 0) {
          const error = failed();
          end();
          return error;
        }
      }
      cameAt(fd); // from the first question on they are stamped
      const known = new Map<string, Buffer>();
      return {
        receive(longest) {
          const datagrams: Datagram[] = [];
          while (datagrams.length < mostDatagrams) {
            const bytes = Number(recv(fd, into, Math.min(longest, receiveBytes), dontWait));
            if (bytes < 0) break;
            datagrams.push({ data: Buffer.from(into.subarray(0, bytes)), cameAt: cameAt(fd) });
          }
          return datagrams;
        },
        send(data, to, toPort) {
          const name = `${to} ${toPort}`;
          const address = known.get(name) ?? addressOf(to, toPort);
          known.set(name, address);
          const sent = Number(sendto(fd, data, data.length, dontWaitNoSignal, address, address.length));
          return sent < 0 ? failed() : undefined;
        },
        close: end,
      };
    },
    packet(index, protocol) {
      const fd = open(afPacket, datagram);
      if (fd < 0) return failed();
      const end = closing(fd);
      const here = linkAddress(index, protocol, Buffer.alloc(6));
      if (bind(fd, here, here.length) !== 0) {
        const error = failed();
        end();
        return error;
      }
      return {
        send(data, to) {
          const address = linkAddress(index, protocol, to);
          const sent = Number(sendto(fd, data, data.length, dontWaitNoSignal, address, address.length));
          return sent < 0 ? failed() : undefined;
        },
        receive() {
          const packets: { data: Buffer; from: Buffer }[] = [];
          const from = Buffer.alloc(20);
          while (packets.length < mostDatagrams) {
            const length = Buffer.from(new Uint32Array([from.length]).buffer);
            const bytes = Number(recvfrom(fd, into, receiveBytes, dontWait, from, length));
            if (bytes < 0) {
              const error = failed();
              return error.errno === EAGAIN ? packets : error;
            }
            if (from[10] === outgoing) continue;
            packets.push({ data: Buffer.from(into.subarray(0, bytes)), from: Buffer.from(from.subarray(12, 18)) });
          }
          return packets;
        },
        close: end,
      };
    },
    tcp(host, port) {
      const fd = open(isIP(host) === 6 ? afInet6 : afInet, stream);
      if (fd < 0) return failed();
      const end = closing(fd);
      const address = addressOf(host, port);
      const on = Buffer.from(new Int32Array([1]).buffer);
      setsockopt(fd, tcpLevel, noDelay, on, on.length);
      let isConnected = false;
      /** Asked again, connect says how the first one has gone. */
      const connected = (): boolean | SocketError => {
        if (isConnected) return true;
        if (connect(fd, address, address.length) === 0) return (isConnected = true);
        const error = failed();
        if (error.errno === EISCONN) return (isConnected = true);
        return error.errno === EINPROGRESS || error.errno === EALREADY ? false : error;
      };
      const begun = connected();
      if (typeof begun !== 'boolean') {
        end();
        return begun;
      }
      return {
        connected,
        send(data) {
          const sent = Number(sendto(fd, data, data.length, dontWaitNoSignal, null, 0));
          if (sent < 0) return failed();
          return sent < data.length ? errorOf(EAGAIN) : undefined;
        },
        receive() {
          const bytes = Number(recv(fd, into, receiveBytes, dontWait));
          if (bytes > 0) return { data: into.toString('latin1', 0, bytes), ended: false };
          if (bytes === 0) return { data: '', ended: true };
          const error = failed();
          return error.errno === EAGAIN ? { data: '', ended: false } : { data: '', ended: true, error };
        },
        close: end,
      };
    },
  };
}

/** struct sockaddr_in, sockaddr_in6: the family in the machine's order, all else in the network's. */
function addressOf(address: string, port: number): Buffer {
  const six = isIP(address) === 6;
  const data = Buffer.alloc(six ? 28 : 16);
  new Uint16Array(data.buffer, data.byteOffset, 1)[0] = six ? afInet6 : afInet;
  data.writeUInt16BE(port, 2);
  if (six) bytesOf6(address).copy(data, 8);
  else Buffer.from(address.split('.').map(Number)).copy(data, 4);
  return data;
}

/** struct sockaddr_ll: the protocol in the network's order, the index in the machine's. */
function linkAddress(index: number, protocol: number, ethernet: Buffer): Buffer {
  const data = Buffer.alloc(20);
  new Uint16Array(data.buffer, data.byteOffset, 1)[0] = afPacket;
  data.writeUInt16BE(protocol, 2);
  new Int32Array(data.buffer, data.byteOffset + 4, 1)[0] = index;
  data[11] = 6;
  ethernet.copy(data, 12);
  return data;
}

/** RFC 4291, 2.2: two colons stand for the zeros that are left out; the last four bytes may be written as IPv4. */
function bytesOf6(address: string): Buffer {
  const plain = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...four: string[]) =>
    [0, 2].map((at) => (Number(four[at]) * 256 + Number(four[at + 1])).toString(16)).join(':'),
  );
  const [head = '', tail] = plain.split('::');
  const before = head.split(':').filter(Boolean);
  const after = (tail ?? '').split(':').filter(Boolean);
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  const groups = [...before, ...(tail === undefined ? [] : zeros), ...after].map((group) => Number.parseInt(group, 16));
  const data = Buffer.alloc(16);
  groups.forEach((group, at) => data.writeUInt16BE(group, at * 2));
  return data;
}

function errorOf(errno: number): SocketError {
  const [name, message] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, 'see errno(3)'];
  return { errno, message: `${name}: ${message}` };
}
